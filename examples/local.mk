# SPDX-License-Identifier: Apache-2.0
#
# Programs as people write them. Each is run by a test in tests/integration.

check_PROGRAMS += %D%/c/fit %D%/manual/walkthrough
examples_c_fit_SOURCES = %D%/c/fit.c
examples_manual_walkthrough_SOURCES = %D%/manual/walkthrough.c
examples_manual_walkthrough_LDADD = libpedigree.la

EXTRA_DIST += \
	%D%/README.md \
	%D%/aws/README.md \
	%D%/aws/pedigree.conf \
	%D%/aws/policy.json \
	%D%/deploy/README.md \
	%D%/deploy/deploy.sh \
	%D%/deploy/pack.sh \
	%D%/deploy/train.py \
	%D%/deploy/update.py \
	%D%/deploy/upload.sh \
	%D%/docker/Dockerfile \
	%D%/docker/README.md \
	%D%/docker/pedigree.conf \
	%D%/manual/Makefile \
	%D%/manual/README.md \
	%D%/manual/walkthrough.py \
	%D%/manual/walkthrough.sh \
	%D%/pipeline/evaluate.sh \
	%D%/pipeline/pipeline.sh \
	%D%/pipeline/prepare.sh \
	%D%/pipeline/raw.csv \
	%D%/pipeline/train.sh \
	%D%/r/fit.R \
	%D%/sklearn/README.md \
	%D%/sklearn/deploy.sh \
	%D%/sklearn/make_data.py \
	%D%/sklearn/train.py
