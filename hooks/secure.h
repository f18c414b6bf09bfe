/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TCP connections on which nothing was seen: TLS that is part of the program,
 * or of a library that nobody stands before, and what goes by read and write,
 * which are not hooked. What went over them is a blind spot with the host's
 * name. On port 443 nothing but TLS counts as seen; ports that the kernel deals
 * out, and the one where ranks meet, do not count.
 *
 * A connection waits here from connect until a session of a library names its
 * descriptor, or its host where it has no descriptor. One that is closed
 * before that, or still waits at the end of the process, is told if anything
 * came back on it; a host once in a process. That one began to wait and that
 * it does no more are events too, by which a reader knows of those whose
 * process was killed.
 *
 * Takes its lock by trying: a connection that comes in between is not looked
 * at. Nothing here touches errno.
 */
#ifndef PEDIGREE_SECURE_H
#define PEDIGREE_SECURE_H

#include <netdb.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/socket.h>

/* How many connections wait: one load where none does. */
extern _Atomic unsigned int pedigree_secure_waiting;

/* getaddrinfo answered. */
void pedigree_secure_named(const char *host, const struct addrinfo *list);

/* connect succeeded or is under way. Answers whether the connection waits. */
bool pedigree_secure_connected(int fd, const struct sockaddr *address,
			       socklen_t n);

/*
 * A session was seen for the first time: its descriptor, or -1, and the name
 * it asks the other side for, or NULL. Answers the descriptor of the
 * connection that waits no more, or -1.
 */
int pedigree_secure_seen(int fd, const char *host);

/* Bytes that are no HTTP were sent or received, or may be elsewhere. Answers
   whether the connection waited, and waits no more. */
bool pedigree_secure_message(int fd);

/* The descriptor is about to be closed. */
void pedigree_secure_gone(int fd);

void pedigree_secure_finish(void);
void pedigree_secure_forked(void);

#endif
