# SPDX-License-Identifier: Apache-2.0
#
# Real processes. A script is told where things are by the environment that
# tests/local.mk sets, and begins with tests/support.sh or imports support.

integration_tests = \
	%D%/answers_json.py \
	%D%/api.py \
	%D%/api_many.py \
	%D%/client_kill.py \
	%D%/complete_bash.sh \
	%D%/complete_fish.sh \
	%D%/complete_zsh.sh \
	%D%/config.sh \
	%D%/config_trouble.sh \
	%D%/conformance.py \
	%D%/datasets.py \
	%D%/deploy_missing.sh \
	%D%/diff.py \
	%D%/example_c.py \
	%D%/example_deploy.py \
	%D%/example_docker.py \
	%D%/example_pipeline.py \
	%D%/example_r.py \
	%D%/example_sklearn.py \
	%D%/explicit.py \
	%D%/export/backend.py \
	%D%/export/formats.py \
	%D%/faults/disk.py \
	%D%/faults/first.py \
	%D%/faults/ledger.py \
	%D%/faults/log.py \
	%D%/faults/paths.py \
	%D%/faults/programs.py \
	%D%/faults/sweep.py \
	%D%/faults/workers.py \
	%D%/graph/formats.py \
	%D%/graph/large.py \
	%D%/graph/page.py \
	%D%/gate.sh \
	%D%/gc.sh \
	%D%/gc_manifests.py \
	%D%/homeless.sh \
	%D%/hostile_places.py \
	%D%/install.sh \
	%D%/memcheck.py \
	%D%/manifests.py \
	%D%/manual.py \
	%D%/mounts.py \
	%D%/names.sh \
	%D%/noise.py \
	%D%/observe.sh \
	%D%/older.py \
	%D%/out_of_sight.py \
	%D%/parts.sh \
	%D%/programs.py \
	%D%/progress.py \
	%D%/query.py \
	%D%/ranks.py \
	%D%/redact.py \
	%D%/rerun.py \
	%D%/run_recover.py \
	%D%/run_signals.py \
	%D%/run_transparent.py \
	%D%/run_trouble.py \
	%D%/secrets.sh \
	%D%/serve.sh \
	%D%/steps.py \
	%D%/subjects.py \
	%D%/suites_quick.py \
	%D%/tour.py \
	%D%/tsan.sh \
	%D%/verify.sh \
	%D%/verify_s3.py \
	%D%/versions.sh \
	%D%/watch.py \
	%D%/ways.sh

TESTS += $(integration_tests)
EXTRA_DIST += $(integration_tests) \
	%D%/conformance/examples.py \
	%D%/conformance/ledger.py \
	%D%/conformance/shapes.py \
	%D%/conformance/words.py \
	%D%/faults/fault.py \
	%D%/faults/inject.c \
	%D%/graph/browser.py \
	%D%/older/begin.json \
	%D%/older/events.b64 \
	%D%/older/ledger.sql \
	%D%/support/hammer.c \
	%D%/ways/programs.py \
	%D%/ways/ways.py

check_PROGRAMS += %D%/observe/observe
tests_integration_observe_observe_SOURCES = \
	%D%/observe/observe.c \
	%D%/observe/observe.h \
	%D%/observe/observe_exec.c \
	%D%/observe/observe_flags.c \
	%D%/observe/observe_limits.c \
	%D%/observe/observe_stack.c
# Much is called only to see that it changes nothing.
tests_integration_observe_observe_CFLAGS = $(AM_CFLAGS) -Wno-unused-result
tests_integration_observe_observe_LDADD = -lpthread

check_PROGRAMS += %D%/ways/ways
tests_integration_ways_ways_SOURCES = \
	%D%/ways/ways.c \
	%D%/ways/ways.h \
	%D%/ways/ways_name.c \
	%D%/ways/ways_odd.c \
	%D%/ways/ways_open.c \
	%D%/ways/ways_process.c
# Some ways pass NULL where none is allowed, and expect what libc does.
tests_integration_ways_ways_CFLAGS = $(AM_CFLAGS) -Wno-null-dereference
tests_integration_ways_ways_LDADD = -lpthread

# Something to dlopen.
check_LTLIBRARIES += %D%/ways/module.la
tests_integration_ways_module_la_SOURCES = %D%/ways/module.c
tests_integration_ways_module_la_LDFLAGS = -module -avoid-version -shared \
	-rpath /nowhere

# What the shim leaves in the log, event by event.
check_PROGRAMS += \
	%D%/subjects/subject \
	%D%/support/dump
tests_integration_subjects_subject_SOURCES = \
	%D%/subjects/subject.c \
	%D%/subjects/subject.h \
	%D%/subjects/subject_dirs.c \
	%D%/subjects/subject_exec.c \
	%D%/subjects/subject_fork.c \
	%D%/subjects/subject_limits.c \
	%D%/subjects/subject_names.c \
	%D%/subjects/subject_odd.c \
	%D%/subjects/subject_open.c
tests_integration_support_dump_SOURCES = %D%/support/dump.c
tests_integration_support_dump_CFLAGS = $(AM_CFLAGS) $(SANITIZE_CFLAGS)
tests_integration_support_dump_LDADD = libpedigree-core.la
