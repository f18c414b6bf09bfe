/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the tests of the API's operations share: a ledger of their own and a
 * client of it, made and removed around each test.
 */
#ifndef TESTS_UNIT_SUPPORT_CLIENT_H
#define TESTS_UNIT_SUPPORT_CLIENT_H

#include <string.h>

#include <pedigree/entity.h>

#include "api/api.h"
#include "tests/unit/support/scene.h"

extern struct scene *scene;
extern struct pedigree handle;
extern struct pedigree_client *client;
extern struct pedigree_error err;

int client_setup(void **state);
int client_teardown(void **state);
#define CLIENT_TEST(name) \
	cmocka_unit_test_setup_teardown(name, client_setup, client_teardown)

/* A call that has to do what it says. */
#define DO(call) \
	do { \
		if ((call) != 0) \
			fail_msg("%s: %s", #call, err.text); \
	} while (0)

/* One that has to fail, saying `word`. */
#define REFUSED(call, code, word) \
	do { \
		err = (struct pedigree_error)PEDIGREE_ERROR_INIT; \
		assert_int_equal((call), (code)); \
		if (!strstr(err.text, (word))) \
			fail_msg("'%s' does not say '%s'", err.text, (word)); \
		err = (struct pedigree_error)PEDIGREE_ERROR_INIT; \
	} while (0)

/* New entities; their ARNs are malloc'ed. */
char *make_artifact(const char *uri, const char *type);
char *make_component(const char *name);
char *make_context(const char *name, const char *uri);

#endif
