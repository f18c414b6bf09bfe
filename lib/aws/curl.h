/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libcurl, loaded when the first request is made: with the libraries that it
 * needs it costs about 5 ms, which no command that sends nothing has to pay.
 */
#ifndef PEDIGREE_AWS_CURL_H
#define PEDIGREE_AWS_CURL_H

/* Its macros check the types of constants only, and cannot be pointed to. */
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>

#include <pedigree/error.h>

/* The functions that are used; easy_init is curl_easy_init and so on. */
#define PEDIGREE_CURL_FUNCTIONS(X) \
	X(easy_cleanup) \
	X(easy_getinfo) \
	X(easy_init) \
	X(easy_setopt) \
	X(easy_strerror) \
	X(global_init) \
	X(multi_add_handle) \
	X(multi_cleanup) \
	X(multi_info_read) \
	X(multi_init) \
	X(multi_perform) \
	X(multi_poll) \
	X(multi_remove_handle) \
	X(multi_setopt) \
	X(multi_strerror) \
	X(slist_append) \
	X(slist_free_all)

struct pedigree_curl {
#define PEDIGREE_CURL_MEMBER(name) __typeof__(curl_##name) *name;
	PEDIGREE_CURL_FUNCTIONS(PEDIGREE_CURL_MEMBER)
#undef PEDIGREE_CURL_MEMBER
};

/* PEDIGREE_EUNSUPPORTED when there is none; the text says what to install. */
int pedigree_curl_load(const struct pedigree_curl **ret,
		       struct pedigree_error *err);

#endif
