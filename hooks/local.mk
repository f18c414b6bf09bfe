# SPDX-License-Identifier: Apache-2.0

# What knows HTTP: pure code, which tests compile too.
hooks_http = \
	%D%/control.c \
	%D%/control.def \
	%D%/control.h \
	%D%/fields.c \
	%D%/fields.h \
	%D%/http.c \
	%D%/http.h \
	%D%/http2.c \
	%D%/http_call.c \
	%D%/http_call.h \
	%D%/http_fields.c \
	%D%/http_fields.h \
	%D%/http_target.c \
	%D%/xml.c \
	%D%/xml.h

pkglib_LTLIBRARIES += libpedigree-preload.la

libpedigree_preload_la_SOURCES = $(hooks_http) \
	%D%/args.c \
	%D%/args.h \
	%D%/cold.h \
	%D%/elf.c \
	%D%/elf.h \
	%D%/env.c \
	%D%/env.h \
	%D%/gate.c \
	%D%/gate.h \
	%D%/helper.c \
	%D%/helper.h \
	%D%/hook_dir.c \
	%D%/hook_dlclose.c \
	%D%/hook_exec.c \
	%D%/hook_fd.c \
	%D%/hook_gnutls.c \
	%D%/hook_nghttp2.c \
	%D%/hook_open.c \
	%D%/hook_openssl.c \
	%D%/hook_remove.c \
	%D%/hook_rename.c \
	%D%/hook_socket.c \
	%D%/hook_spawn.c \
	%D%/hook_stdio.c \
	%D%/hook_syscall.c \
	%D%/hook_temp.c \
	%D%/hook_vfork.c \
	%D%/hook_wait.c \
	%D%/image.c \
	%D%/image.h \
	%D%/interpose.def \
	%D%/late.c \
	%D%/late.def \
	%D%/late.h \
	%D%/launch.c \
	%D%/launch.h \
	%D%/loaded.c \
	%D%/loaded.h \
	%D%/log.c \
	%D%/log.h \
	%D%/log_make.c \
	%D%/log_map.c \
	%D%/log_map.h \
	%D%/nghttp2.h \
	%D%/note.c \
	%D%/note.h \
	%D%/paths.c \
	%D%/paths.h \
	%D%/rank.c \
	%D%/rank.h \
	%D%/real.c \
	%D%/real.h \
	%D%/scratch.c \
	%D%/scratch.h \
	%D%/script.c \
	%D%/script.h \
	%D%/secure.c \
	%D%/secure.h \
	%D%/seen.c \
	%D%/seen.h \
	%D%/shared.c \
	%D%/shared.h \
	%D%/sockets.c \
	%D%/sockets.h \
	%D%/steps.c \
	%D%/steps.h \
	%D%/sys.h \
	%D%/tap.c \
	%D%/tap.h \
	%D%/watch.c \
	%D%/watch.h \
	%D%/watched.c \
	%D%/watched.h \
	lib/rules/glob_plain.c \
	lib/rules/glob_plain.h \
	lib/rules/mask.c \
	lib/rules/mask.h \
	lib/rules/mask_mark.c \
	lib/rules/mask_mark.h \
	lib/rules/secret.c \
	lib/rules/secret.def \
	lib/rules/secret.h \
	lib/rules/watch_list.h

# The writer, for making logs, and the one for what programs say themselves.
# Each half has its own log; they share no state.
libpedigree_core_la_SOURCES += \
	%D%/declare.c \
	%D%/declare.h \
	%D%/log.c \
	%D%/log.h \
	%D%/log_make.c \
	%D%/log_map.c \
	%D%/log_map.h \
	%D%/sys.h

# No file offset or time variants and no fortified calls: the shim calls what
# its callers call. What libc declares as never NULL may well be NULL here.
libpedigree_preload_la_CPPFLAGS = $(AM_CPPFLAGS) \
	-U_FILE_OFFSET_BITS -U_TIME_BITS -U_FORTIFY_SOURCE \
	-DPEDIGREE_BINDIR='"$(bindir)"' \
	-DPEDIGREE_SYSCONFDIR='"$(sysconfdir)/pedigree"'
libpedigree_preload_la_CFLAGS = $(AM_CFLAGS) -O2 -fno-builtin \
	-fno-delete-null-pointer-checks \
	-fvisibility=hidden -ftls-model=initial-exec
# Every program of a job maps the shim: with code and constants in one segment
# that takes 12 us less, of 500 us that a program of nothing lives.
libpedigree_preload_la_LDFLAGS = $(AM_LDFLAGS) -module -avoid-version -shared \
	-Wl,-z,now -Wl,-z,noseparate-code \
	-Wl,--version-script=$(srcdir)/%D%/versions.map
EXTRA_libpedigree_preload_la_DEPENDENCIES = $(srcdir)/%D%/versions.map \
	hooks/preload.map

# The names in the table, for tests and for the empty shim of bench/.
hooks/preload.map: $(srcdir)/%D%/interpose.def config.h
	$(AM_V_GEN)$(MKDIR_P) hooks && \
	$(CPP) -P -I. -include config.h -D'HOOK(type, name, parameters)=name;' \
		-x c $(srcdir)/%D%/interpose.def > $@.tmp && \
	$(AWK) 'BEGIN { print "{\nglobal:" } NF { print "\t" $$0 } \
		END { print "local:\n\t*;\n};" }' $@.tmp > $@ && \
	rm -f $@.tmp
CLEANFILES += hooks/preload.map
# The same calls for Python, where its interpreter looks for modules.
nodist_python_DATA = hooks/python/installed/pedigree.py
hooks/python/installed/pedigree.py: $(srcdir)/%D%/python/pedigree.py Makefile
	$(AM_V_GEN)$(MKDIR_P) hooks/python/installed && \
	$(SED) -e 's|@''libdir@|$(libdir)|' -e 's|@''VERSION@|$(VERSION)|' \
		$(srcdir)/%D%/python/pedigree.py > $@.tmp && mv $@.tmp $@
CLEANFILES += hooks/python/installed/pedigree.py

install-data-hook:
	@$(PYTHON) -c 'import sys; sys.exit("$(pythondir)" not in sys.path)' || \
		printf '%s\n' "pedigree: $(PYTHON) does not look for modules in" \
		"  $(pythondir)" "which pedigree.py is in now; set PYTHONPATH," \
		"or choose another folder with configure --with-pythondir=DIR"

EXTRA_DIST += \
	%D%/python/pedigree.py \
	%D%/imports.allow \
	%D%/interpose.omit \
	%D%/versions.map
