/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A library that speaks TLS, linked to one of fake.c's: asks for a path, and
 * answers how often its own library has sent by then.
 */
#include <stdio.h>

struct ssl_st *SSL_new(void *context);
int SSL_write(struct ssl_st *ssl, const void *bytes, int n);
int SSL_read(struct ssl_st *ssl, void *bytes, int n);
void SSL_free(struct ssl_st *ssl);
int SSL_calls(void);
int fetch(const char *path);

int fetch(const char *path)
{
	struct ssl_st *ssl = SSL_new(NULL);
	char bytes[4096];
	int n = snprintf(bytes, sizeof(bytes),
			 "GET %s HTTP/1.1\r\nHost: example.org\r\n\r\n", path);

	if (!ssl || SSL_write(ssl, bytes, n) != n ||
	    SSL_read(ssl, bytes, sizeof(bytes)) <= 0 || !SSL_calls())
		return -1;
	SSL_free(ssl);
	return SSL_calls();
}
