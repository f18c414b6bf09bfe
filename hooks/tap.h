/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The connections whose bytes go by, each with what hooks/http.c knows of it.
 *
 * A connection is named by the address of its TLS session, or by an odd
 * number made of its descriptor. It begins with the first bytes sent: what
 * receives first is a server. Memory is mapped when the first program speaks
 * HTTP, and is bounded: the connection that was quiet for the longest time
 * makes room.
 *
 * Nothing waits for long: a thread that finds a connection taken tries some
 * times, and then leaves word that bytes were missed; that connection is lost
 * then, and a blind spot tells so. So does a signal handler that interrupts
 * the tap. A forked child begins with no connection: what its parent began is
 * its parent's.
 *
 * Only to be called where pedigree_gate_on().
 */
#ifndef PEDIGREE_TAP_H
#define PEDIGREE_TAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Bytes went by; NULL when only their number is known. Answers whether any
 * interest is left in the connection; when not, later calls may be left out.
 * `flags` as pedigree_http_init has them.
 */
bool pedigree_tap_sent(uintptr_t connection, uint8_t flags, const void *bytes,
		       size_t n);
bool pedigree_tap_received(uintptr_t connection, const void *bytes, size_t n);

/* A session was seen, no bytes yet. Answers whether it is a new one. */
bool pedigree_tap_meet(uintptr_t connection);

/*
 * For streams of HTTP/2, whose library takes them apart: holds a connection
 * for a moment. _begin forgets what had the name before. NULL: there is none,
 * it is of no interest, or it cannot be had now.
 */
struct pedigree_tap_held;
struct pedigree_tap_held *pedigree_tap_begin(uintptr_t connection,
					     uint8_t flags);
struct pedigree_tap_held *pedigree_tap_hold(uintptr_t connection);
struct pedigree_http *pedigree_tap_http(struct pedigree_tap_held *held);
void pedigree_tap_release(struct pedigree_tap_held *held);

/* True when the connection speaks HTTP, as far as is known. */
bool pedigree_tap_follows(uintptr_t connection);

/* A number that is another after each call that bytes went by with. */
uint32_t pedigree_tap_stamp(uintptr_t connection);

/* The other side said that it sends no more. */
void pedigree_tap_ended(uintptr_t connection);

/* The connection is gone, and its name may come again. */
void pedigree_tap_closed(uintptr_t connection);

/* An exchange took place and cannot be told. */
void pedigree_tap_lost(void);

/* The process ends: what was begun is told. */
void pedigree_tap_finish(void);

/* Tells that this process is a forked child. */
void pedigree_tap_forked(void);

#endif
