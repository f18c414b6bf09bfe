# SPDX-License-Identifier: Apache-2.0
#
# libpedigree-core holds everything and is what the unit tests link to;
# libpedigree.so is the same with only the public symbols.

noinst_LTLIBRARIES += libpedigree-core.la
lib_LTLIBRARIES += libpedigree.la

# libcurl is loaded when it is needed (lib/aws/curl.h): nothing links to it.
libpedigree_core_la_SOURCES =
libpedigree_core_la_CPPFLAGS = $(AM_CPPFLAGS) \
	-DPEDIGREE_PKGLIBDIR='"$(pkglibdir)"' \
	-DPEDIGREE_SYSCONFDIR='"$(sysconfdir)/pedigree"'
libpedigree_core_la_CFLAGS = $(AM_CFLAGS) $(SANITIZE_CFLAGS) \
	$(JANSSON_CFLAGS) $(INIH_CFLAGS) $(SQLITE_CFLAGS) $(CRYPTO_CFLAGS) \
	$(CURL_CFLAGS) $(ZLIB_CFLAGS)
libpedigree_core_la_LIBADD = \
	$(JANSSON_LIBS) $(INIH_LIBS) $(SQLITE_LIBS) $(CRYPTO_LIBS) \
	$(ZLIB_LIBS) -lm

libpedigree_la_SOURCES =
libpedigree_la_LIBADD = libpedigree-core.la
libpedigree_la_LDFLAGS = $(AM_LDFLAGS) $(SANITIZE_CFLAGS) -version-info 0:0:0 \
	-Wl,--version-script=$(srcdir)/lib/libpedigree.map
EXTRA_libpedigree_la_DEPENDENCIES = $(srcdir)/lib/libpedigree.map
EXTRA_DIST += %D%/libpedigree.map %D%/libpedigree.pc.in

pkgconfigdir = $(libdir)/pkgconfig
nodist_pkgconfig_DATA = %D%/libpedigree.pc

include %D%/base/local.mk
include %D%/aws/local.mk
include %D%/evlog/local.mk
include %D%/rules/local.mk
include %D%/graph/local.mk
include %D%/export/local.mk
include %D%/store/local.mk
include %D%/run/local.mk
include %D%/query/local.mk
include %D%/service/local.mk
include %D%/render/local.mk
include %D%/api/local.mk
