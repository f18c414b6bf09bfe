# SPDX-License-Identifier: Apache-2.0

libpedigree_core_la_SOURCES += \
	%D%/alive.c \
	%D%/begin.c \
	%D%/debian.c \
	%D%/facts_json.c \
	%D%/finish.c \
	%D%/gc.c \
	%D%/gc.h \
	%D%/gc_find.c \
	%D%/gc_manifest.c \
	%D%/git.c \
	%D%/hardware.c \
	%D%/job_json.c \
	%D%/launch.c \
	%D%/log.c \
	%D%/memory.c \
	%D%/memory.h \
	%D%/mounts.c \
	%D%/name.c \
	%D%/python.c \
	%D%/ranks.c \
	%D%/ranks.h \
	%D%/recipe.c \
	%D%/recipe.h \
	%D%/recover.c \
	%D%/run.h \
	%D%/settle.c \
	%D%/shim.c \
	%D%/spool.c \
	%D%/spool.h \
	%D%/surroundings.c \
	%D%/surroundings.h \
	%D%/unfinished.c
