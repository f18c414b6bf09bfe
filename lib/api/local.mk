# SPDX-License-Identifier: Apache-2.0

libpedigree_core_la_SOURCES += \
	%D%/api.h \
	%D%/client.c \
	%D%/doctor.c \
	%D%/events.c \
	%D%/inspect.c \
	%D%/list.c \
	%D%/pedigree.c \
	%D%/query.c \
	%D%/running.c \
	%D%/running.h \
	%D%/session.c \
	%D%/spooled.c \
	%D%/spooled.h
