/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "connection.h"

#include <gnutls/gnutls.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

static void start_openssl(struct connection *connection)
{
	SSL_CTX *context = SSL_CTX_new(TLS_client_method());
	SSL *ssl;

	/* SSL_CERT_FILE says whom to trust. */
	if (!context || SSL_CTX_set_default_verify_paths(context) != 1)
		give_up("SSL_CTX_new");
	SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
	ssl = SSL_new(context);
	SSL_CTX_free(context);
	if (!ssl || SSL_set_fd(ssl, connection->fd) != 1 ||
	    SSL_set1_host(ssl, "localhost") != 1 || SSL_connect(ssl) != 1)
		give_up("SSL_connect");
	connection->session = ssl;
}

static void write_openssl(struct connection *connection, const char *bytes,
			  size_t n)
{
	size_t done;

	if (SSL_write_ex(connection->session, bytes, n, &done) != 1 ||
	    done != n)
		give_up("SSL_write_ex");
}

static size_t read_openssl(struct connection *connection, char *bytes, size_t n)
{
	int result = SSL_read(connection->session, bytes, (int)n);

	return result > 0 ? (size_t)result : 0;
}

static void end_openssl(struct connection *connection)
{
	SSL_shutdown(connection->session);
	SSL_free(connection->session);
	close(connection->fd);
}

const struct way way_openssl = { "openssl", start_openssl, write_openssl,
				 read_openssl, end_openssl };

static gnutls_certificate_credentials_t trust;

static void make_trust(void)
{
	if (gnutls_certificate_allocate_credentials(&trust) ||
	    gnutls_certificate_set_x509_trust_file(
		    trust, getenv("SSL_CERT_FILE"), GNUTLS_X509_FMT_PEM) < 1)
		give_up("gnutls_certificate_set_x509_trust_file");
}

static void start_gnutls(struct connection *connection)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	gnutls_session_t session;

	if (pthread_once(&once, make_trust))
		give_up("pthread_once");
	if (gnutls_init(&session, GNUTLS_CLIENT) ||
	    gnutls_set_default_priority(session) ||
	    gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, trust))
		give_up("gnutls_init");
	gnutls_session_set_verify_cert(session, "localhost", 0);
	gnutls_transport_set_int(session, connection->fd);
	if (gnutls_handshake(session))
		give_up("gnutls_handshake");
	connection->session = session;
}

static void write_gnutls(struct connection *connection, const char *bytes,
			 size_t n)
{
	if (gnutls_record_send(connection->session, bytes, n) != (ssize_t)n)
		give_up("gnutls_record_send");
}

/* Tickets for other sessions come in between. */
static size_t read_gnutls(struct connection *connection, char *bytes, size_t n)
{
	ssize_t result;

	do
		result = gnutls_record_recv(connection->session, bytes, n);
	while (result == GNUTLS_E_AGAIN || result == GNUTLS_E_INTERRUPTED);
	return result > 0 ? (size_t)result : 0;
}

static void end_gnutls(struct connection *connection)
{
	gnutls_bye(connection->session, GNUTLS_SHUT_WR);
	gnutls_deinit(connection->session);
	close(connection->fd);
}

const struct way way_gnutls = { "gnutls", start_gnutls, write_gnutls,
				read_gnutls, end_gnutls };

static void start_plain(struct connection *connection)
{
	connection->session = NULL;
}

static void end_plain(struct connection *connection)
{
	close(connection->fd);
}

static void write_send(struct connection *connection, const char *bytes,
		       size_t n)
{
	if (send(connection->fd, bytes, n, MSG_NOSIGNAL) != (ssize_t)n)
		give_up("send");
}

/* What is only peeked at counts once. */
static size_t read_recv(struct connection *connection, char *bytes, size_t n)
{
	ssize_t result = recv(connection->fd, bytes, 1, MSG_PEEK);

	if (result > 0)
		result = recv(connection->fd, bytes, n, 0);
	return result > 0 ? (size_t)result : 0;
}

const struct way way_send = { "send", start_plain, write_send, read_recv,
			      end_plain };

/* In three parts, one of them empty. */
static void write_message(struct connection *connection, const char *bytes,
			  size_t n)
{
	struct iovec parts[] = { { (char *)bytes, n / 2 },
				 { NULL, 0 },
				 { (char *)bytes + n / 2, n - n / 2 } };
	struct msghdr message = { .msg_iov = parts, .msg_iovlen = 3 };

	if (sendmsg(connection->fd, &message, MSG_NOSIGNAL) != (ssize_t)n)
		give_up("sendmsg");
}

static size_t read_message(struct connection *connection, char *bytes, size_t n)
{
	struct iovec parts[] = { { bytes, n / 3 },
				 { bytes + n / 3, n - n / 3 } };
	struct msghdr message = { .msg_iov = parts, .msg_iovlen = 2 };
	ssize_t result = recvmsg(connection->fd, &message, 0);

	return result > 0 ? (size_t)result : 0;
}

const struct way way_message = { "message", start_plain, write_message,
				 read_message, end_plain };

/* Two messages in one call. */
static void write_messages(struct connection *connection, const char *bytes,
			   size_t n)
{
	struct iovec parts[] = { { (char *)bytes, n / 2 },
				 { (char *)bytes + n / 2, n - n / 2 } };
	struct mmsghdr messages[2] = {
		{ .msg_hdr = { .msg_iov = &parts[0], .msg_iovlen = 1 } },
		{ .msg_hdr = { .msg_iov = &parts[1], .msg_iovlen = 1 } },
	};

	if (sendmmsg(connection->fd, messages, 2, MSG_NOSIGNAL) != 2 ||
	    messages[0].msg_len + messages[1].msg_len != n)
		give_up("sendmmsg");
}

/* No more messages than have come already, but for the first. */
static size_t read_messages(struct connection *connection, char *bytes,
			    size_t n)
{
	const size_t half = n - n / 2;
	struct iovec parts[] = { { bytes, half }, { bytes + half, n / 2 } };
	struct mmsghdr messages[2] = {
		{ .msg_hdr = { .msg_iov = &parts[0], .msg_iovlen = 1 } },
		{ .msg_hdr = { .msg_iov = &parts[1], .msg_iovlen = 1 } },
	};
	int got = recvmmsg(connection->fd, messages, n > 1 ? 2 : 1,
			   MSG_WAITFORONE, NULL);
	size_t first = got > 0 ? messages[0].msg_len : 0;
	size_t second = got > 1 ? messages[1].msg_len : 0;

	memmove(bytes + first, bytes + half, second);
	return first + second;
}

const struct way way_messages = { "messages", start_plain, write_messages,
				  read_messages, end_plain };
