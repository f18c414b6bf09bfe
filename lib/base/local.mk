# SPDX-License-Identifier: Apache-2.0

libpedigree_core_la_SOURCES += \
	%D%/arena.c \
	%D%/arena.h \
	%D%/base.h \
	%D%/buf.c \
	%D%/buf.h \
	%D%/digest.c \
	%D%/digest.h \
	%D%/err.c \
	%D%/err.h \
	%D%/fs.c \
	%D%/fs.h \
	%D%/hash.c \
	%D%/hash.h \
	%D%/json_error.h \
	%D%/path.c \
	%D%/progress.h \
	%D%/spelling.c \
	%D%/spelling.h \
	%D%/utf8.c \
	%D%/utf8.h \
	%D%/vec.c \
	%D%/vec.h \
	%D%/words.c \
	%D%/words.h
