# SPDX-License-Identifier: Apache-2.0

bin_PROGRAMS += pedigree

pedigree_SOURCES = \
	%D%/api.c \
	%D%/ask.c \
	%D%/ask.h \
	%D%/canary.c \
	%D%/canary.h \
	%D%/cli.c \
	%D%/cli.h \
	%D%/commands.c \
	%D%/complete.c \
	%D%/complete.h \
	%D%/config.c \
	%D%/deploy.c \
	%D%/descriptors.c \
	%D%/descriptors.h \
	%D%/diff.c \
	%D%/doctor.c \
	%D%/ended.c \
	%D%/ended.h \
	%D%/env.c \
	%D%/events.c \
	%D%/explain.c \
	%D%/export.c \
	%D%/gc.c \
	%D%/graph.c \
	%D%/graphviz.c \
	%D%/graphviz.h \
	%D%/json.c \
	%D%/json.h \
	%D%/list.c \
	%D%/main.c \
	%D%/output.c \
	%D%/output.h \
	%D%/parse.c \
	%D%/progress.c \
	%D%/progress.h \
	%D%/push.c \
	%D%/reach.c \
	%D%/reach.h \
	%D%/redact.c \
	%D%/rerun.c \
	%D%/run.c \
	%D%/serving.c \
	%D%/serving.h \
	%D%/show.c \
	%D%/spawn.c \
	%D%/spawn.h \
	%D%/trace.c \
	%D%/value.c \
	%D%/value.h \
	%D%/verify.c \
	%D%/watched.c \
	%D%/watched.h \
	%D%/when.c \
	%D%/when.h \
	%D%/wrap.c \
	%D%/wrap.h
pedigree_CFLAGS = $(AM_CFLAGS) $(SANITIZE_CFLAGS)
# Not the shared library: libtool would put a script in front of the program,
# which changes the environment of what we run.
pedigree_LDADD = libpedigree-core.la -lm
