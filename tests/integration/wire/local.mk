# SPDX-License-Identifier: Apache-2.0
#
# The tap: what programs say over TLS and sockets, with real clients and
# libraries. No network beyond the machine's own.

wire_tests = \
	%D%/clients.py \
	%D%/connections.py \
	%D%/libraries.py \
	%D%/objects.py \
	%D%/odd.py \
	%D%/s3rver.py \
	%D%/secrets.py \
	%D%/styles.py \
	%D%/unsaid.py \
	%D%/unseen.py

TESTS += $(wire_tests)
# The tests compile what is in C: some of it several times, as libraries.
EXTRA_DIST += $(wire_tests) \
	%D%/connection.c \
	%D%/connection.h \
	%D%/early.c \
	%D%/fake.c \
	%D%/http2.c \
	%D%/loader.c \
	%D%/plugin.c \
	%D%/ways.c \
	%D%/wire.py \
	tests/helper/fake_s3.py

# A server of S3 that others wrote, for s3rver.py: into the build folder, by
# npm, only when asked to.
s3rver_version = 3.7.1
.PHONY: s3rver
s3rver: s3rver/$(s3rver_version)
s3rver/$(s3rver_version):
	$(AM_V_GEN)rm -rf s3rver && $(MKDIR_P) s3rver && \
		npm install --prefix s3rver --no-save --no-package-lock \
			--no-audit --no-fund --ignore-scripts \
			--loglevel=error s3rver@$(s3rver_version) && \
		touch $@

distclean-local:
	rm -rf s3rver
