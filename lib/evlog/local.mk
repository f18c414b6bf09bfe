# SPDX-License-Identifier: Apache-2.0

libpedigree_core_la_SOURCES += \
	%D%/blind.def \
	%D%/events.def \
	%D%/evlog.c \
	%D%/format.h \
	%D%/private.h \
	%D%/reader.c \
	%D%/reader.h
