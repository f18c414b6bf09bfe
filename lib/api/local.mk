# SPDX-License-Identifier: Apache-2.0

libpedigree_core_la_SOURCES += \
	%D%/api.h \
	%D%/doctor.c \
	%D%/pedigree.c \
	%D%/session.c
