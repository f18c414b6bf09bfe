# SPDX-License-Identifier: Apache-2.0

libpedigree_core_la_SOURCES += \
	%D%/config.h \
	%D%/redact.h \
	%D%/rules.h
