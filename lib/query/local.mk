# SPDX-License-Identifier: Apache-2.0

libpedigree_core_la_SOURCES += \
	%D%/filter.c \
	%D%/filter.h \
	%D%/graph.c \
	%D%/graph.h \
	%D%/nearest.c \
	%D%/nearest.h \
	%D%/query.h \
	%D%/resolve.c \
	%D%/shortcut.c \
	%D%/show.c \
	%D%/walk.c
