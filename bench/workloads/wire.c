/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What bench/run measures the tap with:
 *
 *	wire serve PORT CERTIFICATE KEY	HTTP over TLS on the loopback; GET /N
 *					is answered with N bytes
 *	wire download PORT COUNT	GET /COUNT, read in pieces of 64 KiB
 *	wire messages COUNT		COUNT messages of 100 bytes sent and
 *					received over a pair of sockets
 */
#include "config.h"

#include <arpa/inet.h>
#include <err.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PIECE 65536

static int ok(int result, const char *what)
{
	if (result < 0)
		err(1, "%s", what);
	return result;
}

static int loopback(const char *port, struct sockaddr_in *ret_address)
{
	int fd = ok(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
	int on = 1;

	memset(ret_address, 0, sizeof(*ret_address));
	ret_address->sin_family = AF_INET;
	ret_address->sin_port = htons((uint16_t)atoi(port));
	ret_address->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	ok(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)),
	   "TCP_NODELAY");
	return fd;
}

/* Of a request only the number is looked at; it comes in one piece. */
static int answer(SSL *ssl)
{
	static const char zeroes[PIECE];
	char text[PIECE];
	int n = SSL_read(ssl, text, sizeof(text) - 1);
	long left;

	if (n <= 0)
		return 0;
	text[n] = 0;
	left = strncmp(text, "GET /", 5) ? 0 : atol(text + 5);
	n = snprintf(text, sizeof(text),
		     "HTTP/1.1 200 OK\r\nETag: \"abc\"\r\n"
		     "Content-Type: text/plain\r\n"
		     "Content-Length: %ld\r\n\r\n",
		     left);
	if (SSL_write(ssl, text, n) != n)
		return 0;
	while (left) {
		n = left < PIECE ? (int)left : PIECE;
		if (SSL_write(ssl, zeroes, n) != n)
			return 0;
		left -= n;
	}
	return 1;
}

static void *serve_one(void *session)
{
	int fd = SSL_get_fd(session);

	if (SSL_accept(session) == 1)
		while (answer(session))
			;
	SSL_free(session);
	close(fd);
	return NULL;
}

static int serve(const char *port, const char *certificate, const char *key)
{
	SSL_CTX *context = SSL_CTX_new(TLS_server_method());
	struct sockaddr_in address;
	int fd = loopback(port, &address), on = 1;

	signal(SIGPIPE, SIG_IGN);
	if (SSL_CTX_use_certificate_chain_file(context, certificate) != 1 ||
	    SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) != 1)
		errx(1, "%s, %s", certificate, key);
	ok(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)),
	   "SO_REUSEADDR");
	ok(bind(fd, (struct sockaddr *)&address, sizeof(address)), "bind");
	ok(listen(fd, 16), "listen");
	for (;;) {
		int one = ok(accept(fd, NULL, NULL), "accept");
		SSL *ssl = SSL_new(context);
		pthread_t thread;

		setsockopt(one, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
		SSL_set_fd(ssl, one);
		if (pthread_create(&thread, NULL, serve_one, ssl))
			errx(1, "pthread_create");
		pthread_detach(thread);
	}
}

static int download(const char *port, long count)
{
	static char bytes[PIECE];
	SSL_CTX *context = SSL_CTX_new(TLS_client_method());
	SSL *ssl = SSL_new(context);
	struct sockaddr_in address;
	int fd = loopback(port, &address), n;
	long got = 0;

	ok(connect(fd, (struct sockaddr *)&address, sizeof(address)),
	   "connect");
	SSL_set_fd(ssl, fd);
	if (SSL_connect(ssl) != 1)
		errx(1, "SSL_connect");
	n = snprintf(bytes, sizeof(bytes),
		     "GET /%ld HTTP/1.1\r\nHost: localhost\r\n\r\n", count);
	if (SSL_write(ssl, bytes, n) != n)
		errx(1, "SSL_write");
	/* The head of the answer is a record of its own. */
	n = SSL_read(ssl, bytes, sizeof(bytes));
	while (got < count && n > 0) {
		size_t piece;

		n = SSL_read_ex(ssl, bytes, sizeof(bytes), &piece);
		got += n == 1 ? (long)piece : 0;
	}
	printf("%ld\n", got);
	SSL_free(ssl);
	SSL_CTX_free(context);
	close(fd);
	return got == count ? 0 : 1;
}

static int messages(long count)
{
	char bytes[100] = "not HTTP";
	int pair[2];

	ok(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), "socketpair");
	for (long i = 0; i < count; i++)
		if (send(pair[0], bytes, sizeof(bytes), 0) != sizeof(bytes) ||
		    recv(pair[1], bytes, sizeof(bytes), 0) != sizeof(bytes))
			errx(1, "send, recv");
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 5 && !strcmp(argv[1], "serve"))
		return serve(argv[2], argv[3], argv[4]);
	if (argc == 4 && !strcmp(argv[1], "download"))
		return download(argv[2], atol(argv[3]));
	if (argc == 3 && !strcmp(argv[1], "messages"))
		return messages(atol(argv[2]));
	errx(2, "usage: wire serve|download|messages …");
}
