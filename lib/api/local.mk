# SPDX-License-Identifier: Apache-2.0

libpedigree_core_la_SOURCES += \
	%D%/api.h \
	%D%/association.c \
	%D%/by_rank.c \
	%D%/client.c \
	%D%/client.h \
	%D%/deploy.c \
	%D%/diff.c \
	%D%/doctor.c \
	%D%/entity.c \
	%D%/events.c \
	%D%/explicit.c \
	%D%/export.c \
	%D%/forms.c \
	%D%/forms.h \
	%D%/forms_request.c \
	%D%/inspect.c \
	%D%/lineage.c \
	%D%/lineage.h \
	%D%/lineage_query.c \
	%D%/list.c \
	%D%/pedigree.c \
	%D%/query.c \
	%D%/question.c \
	%D%/question.h \
	%D%/rerun.c \
	%D%/redact.c \
	%D%/running.c \
	%D%/running.h \
	%D%/session.c \
	%D%/session.h \
	%D%/spooled.c \
	%D%/spooled.h \
	%D%/verify.c \
	%D%/verify.h \
	%D%/verify_check.c \
	%D%/watch.c
