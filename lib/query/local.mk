# SPDX-License-Identifier: Apache-2.0

libpedigree_core_la_SOURCES += \
	%D%/diff.c \
	%D%/diff.h \
	%D%/diff_ancestry.c \
	%D%/diff_files.c \
	%D%/filter.c \
	%D%/filter.h \
	%D%/graph.c \
	%D%/graph.h \
	%D%/nearest.c \
	%D%/nearest.h \
	%D%/previous.c \
	%D%/query.h \
	%D%/rerun.c \
	%D%/rerun.h \
	%D%/rerun_files.c \
	%D%/rerun_folder.c \
	%D%/resolve.c \
	%D%/shortcut.c \
	%D%/show.c \
	%D%/walk.c
