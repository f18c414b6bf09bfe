# SPDX-License-Identifier: Apache-2.0

libpedigree_core_la_SOURCES += \
	%D%/json.c \
	%D%/label.c \
	%D%/label.h \
	%D%/render.c \
	%D%/render.h \
	%D%/renderers.h \
	%D%/table.c \
	%D%/text.c \
	%D%/text.h \
	%D%/text_list.c \
	%D%/text_show.c \
	%D%/tree.c
