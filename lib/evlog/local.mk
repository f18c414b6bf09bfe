# SPDX-License-Identifier: Apache-2.0

libpedigree_core_la_SOURCES += \
	%D%/blind.def \
	%D%/events.def \
	%D%/format.h \
	%D%/reader.h
