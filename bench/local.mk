# SPDX-License-Identifier: Apache-2.0
#
# Built by `make bench-programs`, never installed; bench/run runs them. They are
# built for `make check` too, so that they are never found broken.

check_LTLIBRARIES += empty-shim.la
check_PROGRAMS += bench/client bench/http bench/ledger bench/record \
	bench/workloads/wire bench/workloads/workload

empty_shim_la_SOURCES = %D%/empty-shim.c
empty_shim_la_CFLAGS = -std=gnu11 -O2
# First, because other libraries' constructors call what it exports.
empty_shim_la_LDFLAGS = -module -avoid-version -shared -rpath /nowhere \
	-Wl,-z,initfirst -Wl,-z,now -Wl,--version-script=hooks/preload.map
EXTRA_empty_shim_la_DEPENDENCIES = hooks/preload.map

bench_client_SOURCES = %D%/client.c
bench_client_CFLAGS = $(AM_CFLAGS) $(SANITIZE_CFLAGS)
bench_client_LDADD = libpedigree.la

# Built like the shim.
bench_http_SOURCES = %D%/http.c $(hooks_http)
bench_http_CFLAGS = $(AM_CFLAGS) $(SANITIZE_CFLAGS) -O2 -fno-builtin

bench_ledger_SOURCES = %D%/ledger.c
bench_ledger_CFLAGS = $(AM_CFLAGS) $(SANITIZE_CFLAGS)
bench_ledger_LDADD = libpedigree-core.la

# The unit tests' writer of event logs.
bench_record_SOURCES = %D%/record.c $(unit_log)
bench_record_CFLAGS = $(AM_CFLAGS) $(SANITIZE_CFLAGS)
bench_record_LDADD = libpedigree-core.la

bench_workloads_wire_SOURCES = %D%/workloads/wire.c
bench_workloads_wire_CFLAGS = $(AM_CFLAGS) -O2
bench_workloads_wire_LDADD = -lssl -lcrypto -lpthread

bench_workloads_workload_SOURCES = %D%/workloads/workload.c
bench_workloads_workload_CFLAGS = $(AM_CFLAGS) -O2
bench_workloads_workload_LDADD = -lpthread

.PHONY: bench-programs
bench-programs: empty-shim.la bench/client bench/http bench/ledger bench/record \
	bench/workloads/wire bench/workloads/workload pedigree
CLEANFILES += empty-shim.la bench/client bench/http bench/ledger bench/record \
	bench/workloads/wire bench/workloads/workload

EXTRA_DIST += \
	%D%/README.md \
	%D%/forward \
	%D%/run \
	%D%/scale \
	%D%/workloads/gets.py \
	%D%/workloads/make.sh \
	%D%/workloads/make_csv.py \
	%D%/workloads/train.py \
	%D%/workloads/tree.sh
