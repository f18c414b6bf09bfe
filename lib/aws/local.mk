# SPDX-License-Identifier: Apache-2.0

libpedigree_core_la_SOURCES += \
	%D%/sigv4.c \
	%D%/sigv4.h \
	%D%/sigv4_canonical.c \
	%D%/sigv4_canonical.h
