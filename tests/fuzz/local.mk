# SPDX-License-Identifier: Apache-2.0
#
# A fuzz target is one file, a word in fuzz_targets and a corpus. `make check`
# replays the corpus and `make fuzz` goes on from there; see HACKING.md.

fuzz_targets = api aws config facts glob http jsonl log path record redact script

# Seconds for each of FUZZ_TARGETS.
FUZZ_SECONDS = 600
FUZZ_TARGETS = $(fuzz_targets)
FUZZ_CC = clang-14

fuzz_common = %D%/fuzz.c %D%/fuzz.h
fuzz_graph = %D%/graph.c %D%/json.c %D%/world.c
fuzz_cppflags = $(AM_CPPFLAGS)
fuzz_cflags = $(AM_CFLAGS) $(SANITIZE_CFLAGS)
fuzz_ldflags = -fsanitize=fuzzer
fuzz_world_ldflags = \
	-Wl,--wrap=access,--wrap=fts_open,--wrap=lstat \
	-Wl,--wrap=open,--wrap=realpath,--wrap=stat \
	-Wl,--wrap=pedigree_rules_free,--wrap=pedigree_rules_new

fuzz_replays = \
	%D%/replay_api \
	%D%/replay_aws \
	%D%/replay_config \
	%D%/replay_facts \
	%D%/replay_glob \
	%D%/replay_http \
	%D%/replay_jsonl \
	%D%/replay_log \
	%D%/replay_path \
	%D%/replay_record \
	%D%/replay_redact \
	%D%/replay_script
fuzz_programs = \
	%D%/fuzz_api \
	%D%/fuzz_aws \
	%D%/fuzz_config \
	%D%/fuzz_facts \
	%D%/fuzz_glob \
	%D%/fuzz_http \
	%D%/fuzz_jsonl \
	%D%/fuzz_log \
	%D%/fuzz_path \
	%D%/fuzz_record \
	%D%/fuzz_redact \
	%D%/fuzz_script

check_PROGRAMS += $(fuzz_replays)
TESTS += $(fuzz_replays)
# Only `make fuzz` can build these, in a folder of its own.
EXTRA_PROGRAMS += $(fuzz_programs)

fuzz_api = %D%/api.c $(fuzz_common)
tests_fuzz_replay_api_SOURCES = $(fuzz_api) %D%/replay.c
tests_fuzz_replay_api_CPPFLAGS = $(fuzz_cppflags) -DFUZZ_TARGET='"api"'
tests_fuzz_replay_api_CFLAGS = $(fuzz_cflags) $(JANSSON_CFLAGS)
tests_fuzz_replay_api_LDADD = libpedigree-core.la $(JANSSON_LIBS)
tests_fuzz_fuzz_api_SOURCES = $(fuzz_api)
tests_fuzz_fuzz_api_CFLAGS = $(fuzz_cflags) $(JANSSON_CFLAGS)
tests_fuzz_fuzz_api_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_api_LDADD = libpedigree-core.la $(JANSSON_LIBS)

fuzz_aws = %D%/aws.c $(fuzz_common)
tests_fuzz_replay_aws_SOURCES = $(fuzz_aws) %D%/replay.c
tests_fuzz_replay_aws_CPPFLAGS = $(fuzz_cppflags) -DFUZZ_TARGET='"aws"'
tests_fuzz_replay_aws_CFLAGS = $(fuzz_cflags)
tests_fuzz_replay_aws_LDADD = libpedigree-core.la
tests_fuzz_fuzz_aws_SOURCES = $(fuzz_aws)
tests_fuzz_fuzz_aws_CFLAGS = $(fuzz_cflags)
tests_fuzz_fuzz_aws_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_aws_LDADD = libpedigree-core.la

fuzz_config = %D%/config.c $(fuzz_common)
tests_fuzz_replay_config_SOURCES = $(fuzz_config) %D%/replay.c
tests_fuzz_replay_config_CPPFLAGS = $(fuzz_cppflags) -DFUZZ_TARGET='"config"'
tests_fuzz_replay_config_CFLAGS = $(fuzz_cflags)
tests_fuzz_replay_config_LDADD = libpedigree-core.la
tests_fuzz_fuzz_config_SOURCES = $(fuzz_config)
tests_fuzz_fuzz_config_CFLAGS = $(fuzz_cflags)
tests_fuzz_fuzz_config_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_config_LDADD = libpedigree-core.la

fuzz_facts = %D%/facts.c $(fuzz_common)
tests_fuzz_replay_facts_SOURCES = $(fuzz_facts) %D%/replay.c
tests_fuzz_replay_facts_CPPFLAGS = $(fuzz_cppflags) -DFUZZ_TARGET='"facts"'
tests_fuzz_replay_facts_CFLAGS = $(fuzz_cflags)
tests_fuzz_replay_facts_LDADD = libpedigree-core.la
tests_fuzz_fuzz_facts_SOURCES = $(fuzz_facts)
tests_fuzz_fuzz_facts_CFLAGS = $(fuzz_cflags)
tests_fuzz_fuzz_facts_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_facts_LDADD = libpedigree-core.la

fuzz_glob = %D%/glob.c $(fuzz_common)
tests_fuzz_replay_glob_SOURCES = $(fuzz_glob) %D%/replay.c
tests_fuzz_replay_glob_CPPFLAGS = $(fuzz_cppflags) -DFUZZ_TARGET='"glob"'
tests_fuzz_replay_glob_CFLAGS = $(fuzz_cflags)
tests_fuzz_replay_glob_LDADD = libpedigree-core.la
tests_fuzz_fuzz_glob_SOURCES = $(fuzz_glob)
tests_fuzz_fuzz_glob_CFLAGS = $(fuzz_cflags)
tests_fuzz_fuzz_glob_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_glob_LDADD = libpedigree-core.la

fuzz_http = %D%/http.c $(fuzz_common) $(unit_wire)
tests_fuzz_replay_http_SOURCES = $(fuzz_http) %D%/replay.c
tests_fuzz_replay_http_CPPFLAGS = $(fuzz_cppflags) -DFUZZ_TARGET='"http"'
tests_fuzz_replay_http_CFLAGS = $(fuzz_cflags) $(JANSSON_CFLAGS)
tests_fuzz_replay_http_LDADD = libpedigree-core.la $(JANSSON_LIBS)
tests_fuzz_fuzz_http_SOURCES = $(fuzz_http)
tests_fuzz_fuzz_http_CFLAGS = $(fuzz_cflags) $(JANSSON_CFLAGS)
tests_fuzz_fuzz_http_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_http_LDADD = libpedigree-core.la $(JANSSON_LIBS)

fuzz_jsonl = %D%/jsonl.c $(fuzz_common)
tests_fuzz_replay_jsonl_SOURCES = $(fuzz_jsonl) %D%/replay.c
tests_fuzz_replay_jsonl_CPPFLAGS = $(fuzz_cppflags) -DFUZZ_TARGET='"jsonl"'
tests_fuzz_replay_jsonl_CFLAGS = $(fuzz_cflags)
tests_fuzz_replay_jsonl_LDADD = libpedigree-core.la
tests_fuzz_fuzz_jsonl_SOURCES = $(fuzz_jsonl)
tests_fuzz_fuzz_jsonl_CFLAGS = $(fuzz_cflags)
tests_fuzz_fuzz_jsonl_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_jsonl_LDADD = libpedigree-core.la

fuzz_log = %D%/log.c $(fuzz_common) \
	$(fuzz_graph)
tests_fuzz_replay_log_SOURCES = $(fuzz_log) %D%/replay.c
tests_fuzz_replay_log_CPPFLAGS = $(fuzz_cppflags) -DFUZZ_TARGET='"log"'
tests_fuzz_replay_log_CFLAGS = $(fuzz_cflags)
tests_fuzz_replay_log_LDFLAGS = $(fuzz_world_ldflags)
tests_fuzz_replay_log_LDADD = libpedigree-core.la
tests_fuzz_fuzz_log_SOURCES = $(fuzz_log)
tests_fuzz_fuzz_log_CFLAGS = $(fuzz_cflags)
tests_fuzz_fuzz_log_LDFLAGS = $(fuzz_ldflags) $(fuzz_world_ldflags)
tests_fuzz_fuzz_log_LDADD = libpedigree-core.la

fuzz_path = %D%/path.c $(fuzz_common)
tests_fuzz_replay_path_SOURCES = $(fuzz_path) %D%/replay.c
tests_fuzz_replay_path_CPPFLAGS = $(fuzz_cppflags) -DFUZZ_TARGET='"path"'
tests_fuzz_replay_path_CFLAGS = $(fuzz_cflags)
tests_fuzz_replay_path_LDADD = libpedigree-core.la
tests_fuzz_fuzz_path_SOURCES = $(fuzz_path)
tests_fuzz_fuzz_path_CFLAGS = $(fuzz_cflags)
tests_fuzz_fuzz_path_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_path_LDADD = libpedigree-core.la

fuzz_record = %D%/record.c $(fuzz_common) \
	%D%/json.c
tests_fuzz_replay_record_SOURCES = $(fuzz_record) %D%/replay.c
tests_fuzz_replay_record_CPPFLAGS = $(fuzz_cppflags) -DFUZZ_TARGET='"record"'
tests_fuzz_replay_record_CFLAGS = $(fuzz_cflags)
tests_fuzz_replay_record_LDADD = libpedigree-core.la
tests_fuzz_fuzz_record_SOURCES = $(fuzz_record)
tests_fuzz_fuzz_record_CFLAGS = $(fuzz_cflags)
tests_fuzz_fuzz_record_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_record_LDADD = libpedigree-core.la

fuzz_redact = %D%/redact.c $(fuzz_common)
tests_fuzz_replay_redact_SOURCES = $(fuzz_redact) %D%/replay.c
tests_fuzz_replay_redact_CPPFLAGS = $(fuzz_cppflags) -DFUZZ_TARGET='"redact"'
tests_fuzz_replay_redact_CFLAGS = $(fuzz_cflags)
tests_fuzz_replay_redact_LDADD = libpedigree-core.la
tests_fuzz_fuzz_redact_SOURCES = $(fuzz_redact)
tests_fuzz_fuzz_redact_CFLAGS = $(fuzz_cflags)
tests_fuzz_fuzz_redact_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_redact_LDADD = libpedigree-core.la

fuzz_script = %D%/script.c $(fuzz_common) \
	$(fuzz_graph) $(unit_log)
tests_fuzz_replay_script_SOURCES = $(fuzz_script) %D%/replay.c
tests_fuzz_replay_script_CPPFLAGS = $(fuzz_cppflags) -DFUZZ_TARGET='"script"'
tests_fuzz_replay_script_CFLAGS = $(fuzz_cflags)
tests_fuzz_replay_script_LDFLAGS = $(fuzz_world_ldflags)
tests_fuzz_replay_script_LDADD = libpedigree-core.la
tests_fuzz_fuzz_script_SOURCES = $(fuzz_script)
tests_fuzz_fuzz_script_CFLAGS = $(fuzz_cflags)
tests_fuzz_fuzz_script_LDFLAGS = $(fuzz_ldflags) $(fuzz_world_ldflags)
tests_fuzz_fuzz_script_LDADD = libpedigree-core.la

.PHONY: fuzz
fuzz: $(fuzz_replays)
	@CC='$(FUZZ_CC)' top_srcdir='$(abs_top_srcdir)' MAKE='$(MAKE)' \
		FUZZ_SECONDS='$(FUZZ_SECONDS)' \
		$(SHELL) $(top_srcdir)/%D%/fuzz.sh $(FUZZ_TARGETS)

clean-local: clean-fuzz
.PHONY: clean-fuzz
clean-fuzz:
	rm -rf fuzz

EXTRA_DIST += \
	%D%/corpus/api.dict \
	%D%/corpus/api.txt \
	%D%/corpus/aws.dict \
	%D%/corpus/aws.txt \
	%D%/corpus/config.dict \
	%D%/corpus/config.txt \
	%D%/corpus/facts.dict \
	%D%/corpus/facts.txt \
	%D%/corpus/glob.dict \
	%D%/corpus/glob.txt \
	%D%/corpus/http.dict \
	%D%/corpus/http.txt \
	%D%/corpus/jsonl.dict \
	%D%/corpus/jsonl.txt \
	%D%/corpus/log.dict \
	%D%/corpus/log.txt \
	%D%/corpus/path.dict \
	%D%/corpus/path.txt \
	%D%/corpus/record.dict \
	%D%/corpus/record.txt \
	%D%/corpus/redact.dict \
	%D%/corpus/redact.txt \
	%D%/corpus/script.dict \
	%D%/corpus/script.txt \
	%D%/fuzz.sh
