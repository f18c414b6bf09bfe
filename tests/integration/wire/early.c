/* SPDX-License-Identifier: Apache-2.0 */
/*
 * usage: early CERTIFICATE KEY
 *
 * Both ends of TLS 1.3 connections in one process: requests that go before
 * the handshake is over, one that the server takes and one that it throws
 * away, so that it is sent again. Prints what was answered.
 */
#include <openssl/ssl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define EARLY_MOST 4096

static SSL_CTX *contexts[2]; /* the client's, the server's */

struct server {
	int fd;
	bool refuses;
};

static void give_up(const char *what)
{
	fprintf(stderr, "%s\n", what);
	exit(3);
}

static void answer(SSL *ssl, const char *request)
{
	char text[256];
	int n = (int)strcspn(request + 4, " ");

	n = snprintf(text, sizeof(text),
		     "HTTP/1.1 200 OK\r\nETag: \"%.*s\"\r\n"
		     "Content-Length: 2\r\n\r\nok",
		     n, request + 4);
	if (SSL_write(ssl, text, n) != n)
		give_up("SSL_write of the server");
}

/* One connection with one request. */
static void *serve(void *data)
{
	const struct server *server = data;
	SSL *ssl = SSL_new(contexts[1]);
	char text[1024];
	size_t n = 0, got;
	int result;

	SSL_set_fd(ssl, server->fd);
	if (server->refuses)
		SSL_set_max_early_data(ssl, 0);
	do {
		got = 0;
		result = SSL_read_early_data(ssl, text + n,
					     sizeof(text) - 1 - n, &got);
		n += got;
	} while (result == SSL_READ_EARLY_DATA_SUCCESS);
	if (result != SSL_READ_EARLY_DATA_FINISH || SSL_accept(ssl) != 1)
		give_up("SSL_accept");
	if (!n && !SSL_read_ex(ssl, text, sizeof(text) - 1, &n))
		give_up("SSL_read_ex of the server");
	text[n] = 0;
	answer(ssl, text);
	SSL_shutdown(ssl);
	SSL_free(ssl);
	return NULL;
}

static size_t request(char *text, size_t room, const char *path)
{
	return (size_t)snprintf(
		text, room, "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n", path);
}

/* Asks, early when there is a session to go on with; returns the next. */
static SSL_SESSION *ask(const char *path, SSL_SESSION *session, bool refuses)
{
	struct server server = { .refuses = refuses };
	char text[1024];
	size_t n = request(text, sizeof(text), path), got;
	SSL *ssl = SSL_new(contexts[0]);
	pthread_t thread;
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
		give_up("socketpair");
	server.fd = pair[1];
	if (pthread_create(&thread, NULL, serve, &server))
		give_up("pthread_create");
	SSL_set_fd(ssl, pair[0]);
	if (session && (!SSL_set_session(ssl, session) ||
			!SSL_write_early_data(ssl, text, n, &got) || got != n))
		give_up("SSL_write_early_data");
	if (SSL_connect(ssl) != 1)
		give_up("SSL_connect");
	if (SSL_get_early_data_status(ssl) != SSL_EARLY_DATA_ACCEPTED &&
	    SSL_write(ssl, text, (int)n) != (int)n)
		give_up("SSL_write");
	if (!SSL_read_ex(ssl, text, sizeof(text) - 1, &got))
		give_up("SSL_read_ex");
	text[got] = 0;
	printf("%.15s %s\n", text,
	       SSL_get_early_data_status(ssl) == SSL_EARLY_DATA_ACCEPTED
		       ? "early"
		       : "late");
	pthread_join(thread, NULL);
	SSL_SESSION_free(session);
	session = SSL_get1_session(ssl);
	SSL_shutdown(ssl);
	SSL_free(ssl);
	close(pair[0]);
	close(pair[1]);
	return session;
}

int main(int argc, char **argv)
{
	SSL_SESSION *session;

	contexts[0] = SSL_CTX_new(TLS_client_method());
	contexts[1] = SSL_CTX_new(TLS_server_method());
	if (argc != 3 ||
	    SSL_CTX_use_certificate_chain_file(contexts[1], argv[1]) != 1 ||
	    SSL_CTX_use_PrivateKey_file(contexts[1], argv[2],
					SSL_FILETYPE_PEM) != 1)
		return 2;
	SSL_CTX_set_max_early_data(contexts[1], EARLY_MOST);
	SSL_CTX_set_options(contexts[1], SSL_OP_NO_ANTI_REPLAY);
	session = ask("/first", NULL, false);
	session = ask("/early", session, false);
	session = ask("/refused", session, true);
	SSL_SESSION_free(session);
	SSL_CTX_free(contexts[0]);
	SSL_CTX_free(contexts[1]);
	return 0;
}
