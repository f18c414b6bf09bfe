# SPDX-License-Identifier: Apache-2.0

libpedigree_core_la_SOURCES += \
	%D%/base.h \
	%D%/buf.h \
	%D%/digest.h \
	%D%/err.h \
	%D%/fs.h \
	%D%/hash.h \
	%D%/vec.h
