# SPDX-License-Identifier: Apache-2.0

libpedigree_core_la_SOURCES += \
	%D%/export.c \
	%D%/export.h \
	%D%/in_toto.c \
	%D%/job.c \
	%D%/openlineage.c \
	%D%/openlineage.h \
	%D%/openlineage_facets.c \
	%D%/openlineage_facets.h \
	%D%/prov.c \
	%D%/words.c \
	%D%/words.h
