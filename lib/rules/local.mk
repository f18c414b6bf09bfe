# SPDX-License-Identifier: Apache-2.0

libpedigree_core_la_SOURCES += \
	%D%/backends.c \
	%D%/check.c \
	%D%/check.h \
	%D%/command.c \
	%D%/command.h \
	%D%/compile.c \
	%D%/config.c \
	%D%/config.h \
	%D%/dataset.c \
	%D%/dataset.h \
	%D%/glob.c \
	%D%/glob.h \
	%D%/glob_plain.c \
	%D%/glob_plain.h \
	%D%/index.c \
	%D%/index.h \
	%D%/keys.c \
	%D%/keys.def \
	%D%/keys.h \
	%D%/layers.c \
	%D%/mask.c \
	%D%/mask.h \
	%D%/mask_mark.c \
	%D%/mask_mark.h \
	%D%/redact.c \
	%D%/redact.h \
	%D%/redact_rules.c \
	%D%/redact_rules.h \
	%D%/rules.c \
	%D%/rules.h \
	%D%/secret.c \
	%D%/secret.def \
	%D%/secret.h \
	%D%/settings.c \
	%D%/settings.h \
	%D%/watch.c \
	%D%/watch.h \
	%D%/watch_list.h \
	%D%/words.c \
	%D%/words.h
nodist_libpedigree_core_la_SOURCES = %D%/builtin.c %D%/presets.c

EXTRA_DIST += %D%/builtin.awk %D%/presets.awk
CLEANFILES += %D%/builtin.c %D%/presets.c

presets = \
	$(srcdir)/conf/presets/kubernetes.conf \
	$(srcdir)/conf/presets/python.conf \
	$(srcdir)/conf/presets/r.conf \
	$(srcdir)/conf/presets/sagemaker.conf \
	$(srcdir)/conf/presets/slurm.conf

%D%/presets.c: $(presets) $(srcdir)/%D%/presets.awk
	$(AM_V_GEN)$(MKDIR_P) %D% && \
	$(AWK) -f $(srcdir)/%D%/presets.awk $(presets) > $@.tmp && mv $@.tmp $@

%D%/builtin.c: $(srcdir)/conf/builtin.conf $(srcdir)/%D%/builtin.awk
	$(AM_V_GEN)$(MKDIR_P) %D% && \
	$(AWK) -f $(srcdir)/%D%/builtin.awk $(srcdir)/conf/builtin.conf \
		> $@.tmp && mv $@.tmp $@
