# SPDX-License-Identifier: Apache-2.0
#
# A unit test is one file, test_MODULE.c, and one word in this list.

if HAVE_CMOCKA
unit_tests = \
	%D%/test_access \
	%D%/test_arena \
	%D%/test_backends \
	%D%/test_buf \
	%D%/test_build \
	%D%/test_bytes \
	%D%/test_commands \
	%D%/test_config \
	%D%/test_config_check \
	%D%/test_control \
	%D%/test_dataset \
	%D%/test_diff \
	%D%/test_digest \
	%D%/test_digests \
	%D%/test_entity \
	%D%/test_entity_lineage \
	%D%/test_err \
	%D%/test_evlog \
	%D%/test_evlog_damage \
	%D%/test_evlog_fixture \
	%D%/test_evlog_live \
	%D%/test_explicit \
	%D%/test_export \
	%D%/test_fs \
	%D%/test_glob \
	%D%/test_hash \
	%D%/test_http \
	%D%/test_http2 \
	%D%/test_http_control \
	%D%/test_http_fields \
	%D%/test_http_secrets \
	%D%/test_json \
	%D%/test_jsonl \
	%D%/test_ledger \
	%D%/test_ledger_edit \
	%D%/test_ledger_pack \
	%D%/test_ledger_rules \
	%D%/test_ledger_writers \
	%D%/test_log_writer \
	%D%/test_memory \
	%D%/test_model \
	%D%/test_outbox \
	%D%/test_params \
	%D%/test_path \
	%D%/test_picture \
	%D%/test_places \
	%D%/test_query \
	%D%/test_redact \
	%D%/test_render \
	%D%/test_retry \
	%D%/test_rollup \
	%D%/test_rules \
	%D%/test_run \
	%D%/test_scale \
	%D%/test_service \
	%D%/test_service_words \
	%D%/test_sigv4 \
	%D%/test_surroundings \
	%D%/test_uri \
	%D%/test_when \
	%D%/test_wire \
	%D%/test_words \
	%D%/test_writes \
	%D%/test_xml

check_PROGRAMS += $(unit_tests)
TESTS += $(unit_tests)
endif

unit_cflags = $(AM_CFLAGS) $(SANITIZE_CFLAGS) $(CMOCKA_CFLAGS)
unit_ldadd = libpedigree-core.la $(CMOCKA_LIBS)

# For tests that fail the n-th allocation; see support/alloc.h.
unit_alloc = %D%/support/alloc.c %D%/support/alloc.h
unit_alloc_ldflags = \
	-Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc \
	-Wl,--wrap=reallocarray,--wrap=strdup,--wrap=strndup
unit_io = %D%/support/io.c %D%/support/io.h
unit_io_ldflags = \
	-Wl,--wrap=write,--wrap=fsync,--wrap=fdatasync \
	-Wl,--wrap=rename,--wrap=ftruncate
unit_fake_run = %D%/support/fake_run.c %D%/support/fake_run.h
unit_exchange = %D%/support/exchange.c %D%/support/exchange.h \
	$(unit_fake_run)
unit_folder = %D%/support/folder.c %D%/support/folder.h
unit_log = %D%/support/log.c %D%/support/log.h
unit_scene = %D%/support/scene.c %D%/support/scene.h
unit_wire = %D%/support/wire.c %D%/support/wire.h $(hooks_http)
unit_client = %D%/support/client.c %D%/support/client.h $(unit_scene)

tests_unit_test_access_SOURCES = %D%/test_access.c $(unit_fake_run)
tests_unit_test_access_CFLAGS = $(unit_cflags)
tests_unit_test_access_LDADD = $(unit_ldadd)

tests_unit_test_export_SOURCES = %D%/test_export.c $(unit_alloc) $(unit_scene)
tests_unit_test_export_CFLAGS = $(unit_cflags)
tests_unit_test_export_LDADD = $(unit_ldadd) $(SQLITE_LIBS)
tests_unit_test_export_LDFLAGS = $(unit_alloc_ldflags)

tests_unit_test_backends_SOURCES = %D%/test_backends.c $(unit_alloc) $(unit_scene)
tests_unit_test_backends_CFLAGS = $(unit_cflags)
tests_unit_test_backends_LDADD = $(unit_ldadd) $(SQLITE_LIBS)
tests_unit_test_backends_LDFLAGS = $(unit_alloc_ldflags)

tests_unit_test_bytes_SOURCES = %D%/test_bytes.c $(unit_exchange)
tests_unit_test_bytes_CFLAGS = $(unit_cflags)
tests_unit_test_bytes_LDADD = $(unit_ldadd)

tests_unit_test_commands_SOURCES = %D%/test_commands.c $(unit_fake_run)
tests_unit_test_commands_CFLAGS = $(unit_cflags)
tests_unit_test_commands_LDADD = $(unit_ldadd)

tests_unit_test_control_SOURCES = %D%/test_control.c $(unit_exchange) \
	$(unit_scene)
tests_unit_test_control_CFLAGS = $(unit_cflags)
tests_unit_test_control_LDADD = $(unit_ldadd) $(SQLITE_LIBS)

tests_unit_test_digests_SOURCES = %D%/test_digests.c $(unit_alloc) $(unit_scene)
tests_unit_test_digests_CFLAGS = $(unit_cflags)
tests_unit_test_digests_LDADD = $(unit_ldadd) $(SQLITE_LIBS)
tests_unit_test_digests_LDFLAGS = $(unit_alloc_ldflags)

tests_unit_test_entity_SOURCES = %D%/test_entity.c $(unit_client)
tests_unit_test_entity_CFLAGS = $(unit_cflags)
tests_unit_test_entity_LDADD = $(unit_ldadd) $(SQLITE_LIBS)

tests_unit_test_entity_lineage_SOURCES = %D%/test_entity_lineage.c \
	$(unit_alloc) $(unit_client)
tests_unit_test_entity_lineage_CFLAGS = $(unit_cflags)
tests_unit_test_entity_lineage_LDADD = $(unit_ldadd) $(SQLITE_LIBS) -lpthread
tests_unit_test_entity_lineage_LDFLAGS = $(unit_alloc_ldflags)

tests_unit_test_evlog_SOURCES = %D%/test_evlog.c $(unit_folder) $(unit_log)
tests_unit_test_evlog_CFLAGS = $(unit_cflags)
tests_unit_test_evlog_LDADD = $(unit_ldadd)

tests_unit_test_evlog_damage_SOURCES = %D%/test_evlog_damage.c \
	$(unit_alloc) $(unit_folder) $(unit_log)
tests_unit_test_evlog_damage_CFLAGS = $(unit_cflags)
tests_unit_test_evlog_damage_LDFLAGS = $(unit_alloc_ldflags)
tests_unit_test_evlog_damage_LDADD = $(unit_ldadd)

tests_unit_test_evlog_fixture_SOURCES = %D%/test_evlog_fixture.c \
	$(unit_folder) $(unit_log)
tests_unit_test_evlog_fixture_CFLAGS = $(unit_cflags)
tests_unit_test_evlog_fixture_LDADD = $(unit_ldadd)
EXTRA_DIST += %D%/fixtures/v1.events.hex

tests_unit_test_evlog_live_SOURCES = %D%/test_evlog_live.c $(unit_folder) \
	$(unit_log)
tests_unit_test_evlog_live_CFLAGS = $(unit_cflags)
tests_unit_test_evlog_live_LDADD = $(unit_ldadd)

tests_unit_test_http_SOURCES = %D%/test_http.c $(unit_wire)
tests_unit_test_http_CFLAGS = $(unit_cflags)
tests_unit_test_http_LDADD = $(unit_ldadd)

tests_unit_test_http_control_SOURCES = %D%/test_http_control.c $(unit_wire)
tests_unit_test_http_control_CFLAGS = $(unit_cflags)
tests_unit_test_http_control_LDADD = $(unit_ldadd)

tests_unit_test_http2_SOURCES = %D%/test_http2.c $(unit_wire)
tests_unit_test_http2_CFLAGS = $(unit_cflags)
tests_unit_test_http2_LDADD = $(unit_ldadd)

tests_unit_test_http_secrets_SOURCES = %D%/test_http_secrets.c $(unit_wire)
tests_unit_test_http_secrets_CFLAGS = $(unit_cflags)
tests_unit_test_http_secrets_LDADD = $(unit_ldadd)

tests_unit_test_http_fields_SOURCES = %D%/test_http_fields.c $(unit_wire)
tests_unit_test_http_fields_CFLAGS = $(unit_cflags)
tests_unit_test_http_fields_LDADD = $(unit_ldadd)

tests_unit_test_json_SOURCES = %D%/test_json.c
tests_unit_test_json_CFLAGS = $(unit_cflags)
tests_unit_test_json_LDADD = $(unit_ldadd)

tests_unit_test_jsonl_SOURCES = %D%/test_jsonl.c $(unit_scene)
tests_unit_test_jsonl_CFLAGS = $(unit_cflags)
tests_unit_test_jsonl_LDADD = $(unit_ldadd) $(JANSSON_LIBS) $(SQLITE_LIBS)

tests_unit_test_ledger_SOURCES = %D%/test_ledger.c $(unit_scene)
tests_unit_test_ledger_CFLAGS = $(unit_cflags)
tests_unit_test_ledger_LDADD = $(unit_ldadd) $(SQLITE_LIBS)

tests_unit_test_ledger_edit_SOURCES = %D%/test_ledger_edit.c $(unit_scene)
tests_unit_test_ledger_edit_CFLAGS = $(unit_cflags)
tests_unit_test_ledger_edit_LDADD = $(unit_ldadd) $(SQLITE_LIBS)

tests_unit_test_ledger_pack_SOURCES = %D%/test_ledger_pack.c
tests_unit_test_ledger_pack_CFLAGS = $(unit_cflags)
tests_unit_test_ledger_pack_LDADD = $(unit_ldadd)
tests_unit_test_ledger_rules_SOURCES = %D%/test_ledger_rules.c $(unit_scene)
tests_unit_test_ledger_rules_CFLAGS = $(unit_cflags)
tests_unit_test_ledger_rules_LDADD = $(unit_ldadd) $(SQLITE_LIBS)

tests_unit_test_ledger_writers_SOURCES = %D%/test_ledger_writers.c $(unit_scene)
tests_unit_test_ledger_writers_CFLAGS = $(unit_cflags)
tests_unit_test_ledger_writers_LDADD = $(unit_ldadd) $(SQLITE_LIBS)

tests_unit_test_log_writer_SOURCES = %D%/test_log_writer.c $(unit_folder)
tests_unit_test_log_writer_CFLAGS = $(unit_cflags)
tests_unit_test_log_writer_LDADD = $(unit_ldadd)

tests_unit_test_model_SOURCES = %D%/test_model.c
tests_unit_test_model_CFLAGS = $(unit_cflags)
tests_unit_test_model_LDADD = $(unit_ldadd)

tests_unit_test_outbox_SOURCES = %D%/test_outbox.c $(unit_alloc) $(unit_scene)
tests_unit_test_outbox_CFLAGS = $(unit_cflags)
tests_unit_test_outbox_LDADD = $(unit_ldadd) $(SQLITE_LIBS)
tests_unit_test_outbox_LDFLAGS = $(unit_alloc_ldflags)

tests_unit_test_diff_SOURCES = %D%/test_diff.c $(unit_alloc) $(unit_scene)
tests_unit_test_diff_CFLAGS = $(unit_cflags)
tests_unit_test_diff_LDADD = $(unit_ldadd) $(SQLITE_LIBS)
tests_unit_test_diff_LDFLAGS = $(unit_alloc_ldflags)

tests_unit_test_surroundings_SOURCES = %D%/test_surroundings.c \
	$(unit_alloc) $(unit_folder)
tests_unit_test_surroundings_CFLAGS = $(unit_cflags)
tests_unit_test_surroundings_LDADD = $(unit_ldadd)
tests_unit_test_surroundings_LDFLAGS = $(unit_alloc_ldflags)

tests_unit_test_rollup_SOURCES = %D%/test_rollup.c
tests_unit_test_rollup_CFLAGS = $(unit_cflags)
tests_unit_test_rollup_LDADD = $(unit_ldadd)

tests_unit_test_config_SOURCES = %D%/test_config.c $(unit_alloc)
tests_unit_test_config_CFLAGS = $(unit_cflags)
tests_unit_test_config_LDADD = $(unit_ldadd)
tests_unit_test_config_LDFLAGS = $(unit_alloc_ldflags)

tests_unit_test_config_check_SOURCES = %D%/test_config_check.c
tests_unit_test_config_check_CFLAGS = $(unit_cflags)
tests_unit_test_config_check_LDADD = $(unit_ldadd)

tests_unit_test_glob_SOURCES = %D%/test_glob.c
tests_unit_test_glob_CFLAGS = $(unit_cflags)
tests_unit_test_glob_LDADD = $(unit_ldadd)

tests_unit_test_redact_SOURCES = %D%/test_redact.c
tests_unit_test_redact_CFLAGS = $(unit_cflags)
tests_unit_test_redact_LDADD = $(unit_ldadd)

tests_unit_test_dataset_SOURCES = %D%/test_dataset.c $(unit_alloc)
tests_unit_test_dataset_CFLAGS = $(unit_cflags)
tests_unit_test_dataset_LDADD = $(unit_ldadd)
tests_unit_test_dataset_LDFLAGS = $(unit_alloc_ldflags)
tests_unit_test_rules_SOURCES = %D%/test_rules.c $(unit_alloc)
tests_unit_test_rules_CFLAGS = $(unit_cflags)
tests_unit_test_rules_LDADD = $(unit_ldadd)
tests_unit_test_rules_LDFLAGS = $(unit_alloc_ldflags)

tests_unit_test_arena_SOURCES = %D%/test_arena.c $(unit_alloc)
tests_unit_test_arena_CFLAGS = $(unit_cflags)
tests_unit_test_arena_LDFLAGS = $(unit_alloc_ldflags)
tests_unit_test_arena_LDADD = $(unit_ldadd)

tests_unit_test_buf_SOURCES = %D%/test_buf.c $(unit_alloc)
tests_unit_test_buf_CFLAGS = $(unit_cflags)
tests_unit_test_buf_LDFLAGS = $(unit_alloc_ldflags)
tests_unit_test_buf_LDADD = $(unit_ldadd)

tests_unit_test_digest_SOURCES = %D%/test_digest.c $(unit_folder)
tests_unit_test_digest_CFLAGS = $(unit_cflags)
tests_unit_test_digest_LDADD = $(unit_ldadd)

tests_unit_test_err_SOURCES = %D%/test_err.c
tests_unit_test_err_CFLAGS = $(unit_cflags)
tests_unit_test_err_LDADD = $(unit_ldadd)

tests_unit_test_explicit_SOURCES = %D%/test_explicit.c $(unit_folder)
tests_unit_test_explicit_CFLAGS = $(unit_cflags)
tests_unit_test_explicit_LDADD = $(unit_ldadd) -lpthread

tests_unit_test_fs_SOURCES = %D%/test_fs.c $(unit_folder)
tests_unit_test_fs_CFLAGS = $(unit_cflags)
tests_unit_test_fs_LDADD = $(unit_ldadd)

tests_unit_test_hash_SOURCES = %D%/test_hash.c $(unit_alloc)
tests_unit_test_hash_CFLAGS = $(unit_cflags)
tests_unit_test_hash_LDFLAGS = $(unit_alloc_ldflags)
tests_unit_test_hash_LDADD = $(unit_ldadd)

tests_unit_test_path_SOURCES = %D%/test_path.c
tests_unit_test_path_CFLAGS = $(unit_cflags)
tests_unit_test_path_LDADD = $(unit_ldadd)

tests_unit_test_build_SOURCES = %D%/test_build.c $(unit_fake_run)
tests_unit_test_build_CFLAGS = $(unit_cflags)
tests_unit_test_build_LDADD = $(unit_ldadd)

tests_unit_test_memory_SOURCES = %D%/test_memory.c \
	$(unit_alloc) $(unit_exchange) $(unit_scene)
tests_unit_test_memory_CFLAGS = $(unit_cflags)
tests_unit_test_memory_LDADD = $(unit_ldadd) $(SQLITE_LIBS)
tests_unit_test_memory_LDFLAGS = $(unit_alloc_ldflags)

tests_unit_test_writes_SOURCES = %D%/test_writes.c $(unit_io) $(unit_scene)
tests_unit_test_writes_CFLAGS = $(unit_cflags)
tests_unit_test_writes_LDADD = $(unit_ldadd) $(SQLITE_LIBS)
tests_unit_test_writes_LDFLAGS = $(unit_io_ldflags)

tests_unit_test_scale_SOURCES = %D%/test_scale.c $(unit_log) $(unit_scene)
tests_unit_test_scale_CFLAGS = $(unit_cflags)
tests_unit_test_scale_LDADD = $(unit_ldadd) $(SQLITE_LIBS)

tests_unit_test_params_SOURCES = %D%/test_params.c
tests_unit_test_params_CFLAGS = $(unit_cflags)
tests_unit_test_params_LDADD = $(unit_ldadd)

tests_unit_test_places_SOURCES = %D%/test_places.c $(unit_alloc)
tests_unit_test_places_CFLAGS = $(unit_cflags)
tests_unit_test_places_LDADD = $(unit_ldadd)
tests_unit_test_places_LDFLAGS = $(unit_alloc_ldflags)

tests_unit_test_query_SOURCES = %D%/test_query.c $(unit_alloc) $(unit_scene)
tests_unit_test_query_CFLAGS = $(unit_cflags)
tests_unit_test_query_LDADD = $(unit_ldadd) $(SQLITE_LIBS)
tests_unit_test_query_LDFLAGS = $(unit_alloc_ldflags)

tests_unit_test_picture_SOURCES = %D%/test_picture.c $(unit_scene)
tests_unit_test_picture_CFLAGS = $(unit_cflags)
tests_unit_test_picture_LDADD = $(unit_ldadd) $(SQLITE_LIBS)

tests_unit_test_render_SOURCES = %D%/test_render.c $(unit_scene)
tests_unit_test_render_CFLAGS = $(unit_cflags)
tests_unit_test_render_LDADD = $(unit_ldadd) $(SQLITE_LIBS)

tests_unit_test_run_SOURCES = %D%/test_run.c $(unit_folder)
tests_unit_test_run_CFLAGS = $(unit_cflags)
tests_unit_test_run_LDADD = $(unit_ldadd)

tests_unit_test_service_SOURCES = %D%/test_service.c $(unit_client)
tests_unit_test_service_CFLAGS = $(unit_cflags)
tests_unit_test_service_LDADD = $(unit_ldadd) $(SQLITE_LIBS)

tests_unit_test_service_words_SOURCES = %D%/test_service_words.c
tests_unit_test_service_words_CFLAGS = $(unit_cflags)
tests_unit_test_service_words_LDADD = $(unit_ldadd) $(JANSSON_LIBS)

tests_unit_test_sigv4_SOURCES = %D%/test_sigv4.c $(unit_alloc)
tests_unit_test_sigv4_CFLAGS = $(unit_cflags)
tests_unit_test_sigv4_LDADD = $(unit_ldadd)
tests_unit_test_sigv4_LDFLAGS = $(unit_alloc_ldflags)

tests_unit_test_when_SOURCES = %D%/test_when.c
tests_unit_test_when_CFLAGS = $(unit_cflags)
tests_unit_test_when_LDADD = $(unit_ldadd)

tests_unit_test_words_SOURCES = %D%/test_words.c
tests_unit_test_words_CFLAGS = $(unit_cflags)
tests_unit_test_words_LDADD = $(unit_ldadd)

tests_unit_test_xml_SOURCES = %D%/test_xml.c
tests_unit_test_xml_CFLAGS = $(unit_cflags)
tests_unit_test_xml_LDADD = $(unit_ldadd)

tests_unit_test_retry_SOURCES = %D%/test_retry.c
tests_unit_test_retry_CFLAGS = $(unit_cflags)
tests_unit_test_retry_LDADD = $(unit_ldadd)

tests_unit_test_uri_SOURCES = %D%/test_uri.c $(unit_exchange)
tests_unit_test_uri_CFLAGS = $(unit_cflags)
tests_unit_test_uri_LDADD = $(unit_ldadd)

tests_unit_test_wire_SOURCES = %D%/test_wire.c $(unit_exchange)
tests_unit_test_wire_CFLAGS = $(unit_cflags)
tests_unit_test_wire_LDADD = $(unit_ldadd)
