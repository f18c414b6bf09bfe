/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A connection over one of the ways that programs have, for connection.c.
 */
#ifndef CONNECTION_H
#define CONNECTION_H

#include <sys/types.h>

struct connection {
	int fd;
	void *session;
};

/* Each gives up the program when it fails, but for read, which answers 0 at
   the end. */
struct way {
	const char *name;
	void (*start)(struct connection *connection);
	void (*write)(struct connection *connection, const char *bytes,
		      size_t n);
	size_t (*read)(struct connection *connection, char *bytes, size_t n);
	void (*end)(struct connection *connection);
};

extern const struct way way_openssl, way_gnutls, way_send, way_message,
	way_messages;

void give_up(const char *what) __attribute__((noreturn));

#endif
