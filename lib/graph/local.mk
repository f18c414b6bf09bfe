# SPDX-License-Identifier: Apache-2.0

libpedigree_core_la_SOURCES += \
	%D%/access.c \
	%D%/access.h \
	%D%/build.h \
	%D%/facts.c \
	%D%/json.c \
	%D%/json.h \
	%D%/json_members.c \
	%D%/json_members.h \
	%D%/json_write.c \
	%D%/model.c \
	%D%/model.h \
	%D%/names.c \
	%D%/paths.c \
	%D%/paths.h \
	%D%/rollup.c \
	%D%/rollup.h \
	%D%/version.c \
	%D%/version.h
