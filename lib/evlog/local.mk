# SPDX-License-Identifier: Apache-2.0

libpedigree_core_la_SOURCES += \
	%D%/attribute.c \
	%D%/blind.def \
	%D%/events.def \
	%D%/folders.c \
	%D%/format.h \
	%D%/frame.c \
	%D%/frame.h \
	%D%/keep.c \
	%D%/merge.c \
	%D%/merge.h \
	%D%/rank.def \
	%D%/raw.h \
	%D%/reader.c \
	%D%/reader.h \
	%D%/resolve.c \
	%D%/scan.c \
	%D%/source.c \
	%D%/source.h \
	%D%/wire.def \
	%D%/words.c
