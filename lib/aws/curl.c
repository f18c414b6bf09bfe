/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "aws/curl.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/base.h"
#include "base/err.h"

static const struct {
	const char *name;
	size_t offset;
} functions[] = {
#define ROW(name) { "curl_" #name, offsetof(struct pedigree_curl, name) },
	PEDIGREE_CURL_FUNCTIONS(ROW)
#undef ROW
};

/* Its ABI is the same since 2006; the second is Debian's with GnuTLS. */
static const char *const libraries[] = {
	"libcurl.so.4",
	"libcurl-gnutls.so.4",
};

static struct pedigree_curl curl;
static bool loaded;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static bool resolve(void *library)
{
	for (size_t i = 0; i < PEDIGREE_COUNT(functions); i++) {
		void *symbol = dlsym(library, functions[i].name);

		if (!symbol)
			return false;
		memcpy((char *)&curl + functions[i].offset, &symbol,
		       sizeof(symbol));
	}
	return true;
}

static void load(void)
{
	for (size_t i = 0; i < PEDIGREE_COUNT(libraries) && !loaded; i++) {
		void *library = dlopen(libraries[i], RTLD_NOW | RTLD_LOCAL);

		if (!library)
			continue;
		loaded = resolve(library) &&
			 curl.global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
		if (!loaded)
			dlclose(library);
	}
}

int pedigree_curl_load(const struct pedigree_curl **ret,
		       struct pedigree_error *err)
{
	pthread_once(&once, load);
	if (!loaded)
		return pedigree_fail(
			err, PEDIGREE_EUNSUPPORTED,
			"cannot load libcurl.so.4, with which pedigree talks to AWS; install it (Debian: libcurl4)");
	*ret = &curl;
	return 0;
}
