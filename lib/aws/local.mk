# SPDX-License-Identifier: Apache-2.0

libpedigree_core_la_SOURCES += \
	%D%/client.c \
	%D%/client.h \
	%D%/client_answer.c \
	%D%/client_call.h \
	%D%/credentials.c \
	%D%/credentials.h \
	%D%/curl.c \
	%D%/curl.h \
	%D%/endpoint.c \
	%D%/endpoint.h \
	%D%/fetch.c \
	%D%/fetch.h \
	%D%/http.c \
	%D%/http.h \
	%D%/http_transfer.c \
	%D%/http_transfer.h \
	%D%/json.c \
	%D%/json.h \
	%D%/profile.c \
	%D%/profile.h \
	%D%/region.c \
	%D%/region.h \
	%D%/retry.c \
	%D%/retry.h \
	%D%/sigv4.c \
	%D%/sigv4.h \
	%D%/sigv4_canonical.c \
	%D%/sigv4_canonical.h \
	%D%/source.h \
	%D%/source_container.c \
	%D%/source_environment.c \
	%D%/source_files.c \
	%D%/source_imds.c \
	%D%/source_process.c \
	%D%/source_role.c \
	%D%/source_sso.c \
	%D%/source_web_identity.c \
	%D%/sts.c \
	%D%/sts.h \
	%D%/when.c \
	%D%/when.h \
	%D%/words.c \
	%D%/words.h \
	%D%/xml.c \
	%D%/xml.h
