# SPDX-License-Identifier: Apache-2.0

libpedigree_core_la_SOURCES += \
	%D%/arguments.c \
	%D%/arguments.h \
	%D%/association.c \
	%D%/call.h \
	%D%/convert.c \
	%D%/endpoint.c \
	%D%/entity.c \
	%D%/lineage.c \
	%D%/list.c \
	%D%/operations.c \
	%D%/operations.def \
	%D%/page.c \
	%D%/pattern.c \
	%D%/present.c \
	%D%/present.h \
	%D%/query.c \
	%D%/query.h \
	%D%/quota.c \
	%D%/search.c \
	%D%/service.c \
	%D%/service.h \
	%D%/shape.c \
	%D%/shape.h \
	%D%/shapes.c \
	%D%/shapes.def \
	%D%/shapes.h \
	%D%/shorthand.c \
	%D%/tag.c \
	%D%/timestamp.c \
	%D%/wire.c \
	%D%/typed.c \
	%D%/typed.h \
	%D%/typed_answer.c \
	%D%/walk.c \
	%D%/walk.h
