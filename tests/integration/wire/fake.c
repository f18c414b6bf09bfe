/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stands for a libssl: SSL_write counts, SSL_read answers as a server would.
 * Built several times under other names, with VERSION for the letter that its
 * answers have as ETag and METHOD for the word of a session that points into
 * the library, as the second does in OpenSSL 1.1 and 3.0, and the fourth
 * since 3.2; -1 for none.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char method[] = "method";
static int calls;

struct ssl_st {
	const void *words[16];
	int answered;
};

struct ssl_st *SSL_new(void *context);
int SSL_write(struct ssl_st *ssl, const void *bytes, int n);
int SSL_read(struct ssl_st *ssl, void *bytes, int n);
void SSL_free(struct ssl_st *ssl);
int SSL_calls(void);

struct ssl_st *SSL_new(void *context)
{
	struct ssl_st *ssl = calloc(1, sizeof(*ssl));

	(void)context;
	if (ssl && METHOD >= 0)
		ssl->words[METHOD < 0 ? 0 : METHOD] = method;
	return ssl;
}

int SSL_write(struct ssl_st *ssl, const void *bytes, int n)
{
	(void)ssl;
	(void)bytes;
	calls++;
	return n;
}

int SSL_read(struct ssl_st *ssl, void *bytes, int n)
{
	static const char answer[] = "HTTP/1.1 200 OK\r\nETag: \"" VERSION
				     "\"\r\nContent-Length: 0\r\n\r\n";

	if (ssl->answered++ || n < (int)sizeof(answer) - 1)
		return -1;
	memcpy(bytes, answer, sizeof(answer) - 1);
	return sizeof(answer) - 1;
}

void SSL_free(struct ssl_st *ssl)
{
	free(ssl);
}

int SSL_calls(void)
{
	return calls;
}
