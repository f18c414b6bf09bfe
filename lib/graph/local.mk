# SPDX-License-Identifier: Apache-2.0

libpedigree_core_la_SOURCES += \
	%D%/access.c \
	%D%/access.h \
	%D%/artifact.c \
	%D%/build.c \
	%D%/build.h \
	%D%/builder.h \
	%D%/bytes.c \
	%D%/capture.c \
	%D%/code.c \
	%D%/declared.c \
	%D%/deploy.c \
	%D%/explain.c \
	%D%/facts.c \
	%D%/json.c \
	%D%/json.h \
	%D%/json_members.c \
	%D%/json_members.h \
	%D%/json_write.c \
	%D%/metrics.c \
	%D%/model.c \
	%D%/model.h \
	%D%/names.c \
	%D%/object.c \
	%D%/params.c \
	%D%/params.h \
	%D%/paths.c \
	%D%/paths.h \
	%D%/plan.c \
	%D%/plan.h \
	%D%/rollup.c \
	%D%/rollup.h \
	%D%/run.c \
	%D%/scene.c \
	%D%/scene.h \
	%D%/stores.c \
	%D%/text.c \
	%D%/text.h \
	%D%/uri.c \
	%D%/uri.h \
	%D%/uri_cloud.c \
	%D%/uri_s3.c \
	%D%/version.c \
	%D%/version.h \
	%D%/wire.c \
	%D%/wire.h
