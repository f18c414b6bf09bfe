# SPDX-License-Identifier: Apache-2.0

libpedigree_core_la_SOURCES += \
	%D%/backend.c \
	%D%/deliver.c \
	%D%/jsonl.c \
	%D%/jsonl.h \
	%D%/jsonl_file.c \
	%D%/jsonl_file.h \
	%D%/ledger.c \
	%D%/ledger.h \
	%D%/ledger_current.c \
	%D%/ledger_db.c \
	%D%/ledger_db.h \
	%D%/ledger_digests.c \
	%D%/ledger_edit.c \
	%D%/ledger_edit.h \
	%D%/ledger_edges.c \
	%D%/ledger_entities.c \
	%D%/ledger_find.c \
	%D%/ledger_list.c \
	%D%/ledger_merge.c \
	%D%/ledger_merge.h \
	%D%/ledger_parts.c \
	%D%/ledger_put.c \
	%D%/ledger_read.h \
	%D%/ledger_rules.c \
	%D%/ledger_schema.c \
	%D%/ledger_schema.h \
	%D%/ledger_sql.c \
	%D%/ledger_write.h \
	%D%/null.c \
	%D%/null.h \
	%D%/outbox.c \
	%D%/outbox.h \
	%D%/progress.c \
	%D%/progress.h \
	%D%/registry.c \
	%D%/sagemaker.c \
	%D%/sagemaker.h \
	%D%/sagemaker_call.c \
	%D%/sagemaker_call.h \
	%D%/sagemaker_request.c \
	%D%/sagemaker_request.h \
	%D%/sagemaker_step.c \
	%D%/sagemaker_step.h \
	%D%/status.c \
	%D%/store.h
