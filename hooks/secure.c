/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "hooks/secure.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>

#include "hooks/cold.h"
#include "hooks/env.h"
#include "hooks/log.h"
#include "hooks/seen.h"
#include "hooks/sys.h"

#define TLS_PORT 443
/* Those above are dealt out by the kernel: ranks and workers of one job talk
   to each other there. */
#define LAST_PORT 32767
#define WAITING 64u
#define NAMES 64u /* of hosts that were looked up last */
#define HOST 256u
#define TOLD 64u

/* An address; of IPv4 as IPv6 has it. */
struct address {
	uint8_t bytes[16];
};

static const uint8_t ipv4_prefix[12] = { [10] = 0xff, [11] = 0xff };

struct name {
	struct address address;
	char host[HOST];
};

struct waiting {
	bool used;
	bool named; /* `host` is a name, not an address */
	int fd;
	uint16_t port;
	uint32_t since;
	char host[HOST];
};

#define TEXT (HOST + sizeof(":65535"))

_Atomic unsigned int pedigree_secure_waiting;

extern struct name pedigree_secure_names[NAMES];
extern struct waiting pedigree_secure_all[WAITING];
PEDIGREE_COLD struct name pedigree_secure_names[NAMES];
PEDIGREE_COLD struct waiting pedigree_secure_all[WAITING];

/* Held while one of the tables is read or written; nothing nests inside but
   the writing of an event. */
static _Atomic uint32_t busy;
static uint32_t next_name, clock_hand, told_n;
static uint64_t told[TOLD];

static bool take(void)
{
	for (int i = 0; i < 32; i++) {
		if (!atomic_exchange_explicit(&busy, 1, memory_order_acquire))
			return true;
		pedigree_sys(SYS_sched_yield);
	}
	return false;
}

static void leave(void)
{
	atomic_store_explicit(&busy, 0, memory_order_release);
}

/* False for anything but an internet address; `ret_port` in host's order. */
static bool parse(const struct sockaddr *from, socklen_t n,
		  struct address *ret_address, unsigned int *ret_port)
{
	struct sockaddr_in6 six;
	struct sockaddr_in four;

	if (from && n >= sizeof(four) && from->sa_family == AF_INET) {
		memcpy(&four, from, sizeof(four));
		memcpy(ret_address->bytes, ipv4_prefix, sizeof(ipv4_prefix));
		memcpy(ret_address->bytes + 12, &four.sin_addr, 4);
		*ret_port = ntohs(four.sin_port);
		return true;
	}
	if (from && n >= sizeof(six) && from->sa_family == AF_INET6) {
		memcpy(&six, from, sizeof(six));
		memcpy(ret_address->bytes, &six.sin6_addr, 16);
		*ret_port = ntohs(six.sin6_port);
		return true;
	}
	return false;
}

static bool is_ipv4(const struct address *address)
{
	return !memcmp(address->bytes, ipv4_prefix, sizeof(ipv4_prefix));
}

static char *put_number(char *at, unsigned int number, unsigned int base)
{
	if (number >= base)
		at = put_number(at, number / base, base);
	*at++ = "0123456789abcdef"[number % base];
	return at;
}

/* As URLs have addresses, but for the zeros that they may leave out. */
static void write_address(const struct address *address, char *at)
{
	const uint8_t *bytes = address->bytes;

	if (is_ipv4(address)) {
		for (int i = 12; i < 16; i++) {
			at = put_number(at, bytes[i], 10);
			*at++ = i < 15 ? '.' : 0;
		}
		return;
	}
	*at++ = '[';
	for (int i = 0; i < 16; i += 2) {
		at = put_number(at, (unsigned int)bytes[i] << 8 | bytes[i + 1],
				16);
		*at++ = i < 14 ? ':' : ']';
	}
	*at = 0;
}

void pedigree_secure_named(const char *host, const struct addrinfo *list)
{
	size_t n = host ? strlen(host) : 0;
	unsigned int port;

	if (!n || n >= HOST || !take())
		return;
	for (int left = 8; list && left; list = list->ai_next, left--) {
		struct name *name = &pedigree_secure_names[next_name % NAMES];

		if (!parse(list->ai_addr, list->ai_addrlen, &name->address,
			   &port))
			continue;
		memcpy(name->host, host, n + 1);
		next_name++;
	}
	leave();
}

/* The name that was looked up last for an address. */
static const char *name_of(const struct address *address)
{
	for (uint32_t i = 1; i <= NAMES && i <= next_name; i++) {
		const struct name *name =
			&pedigree_secure_names[(next_name - i) % NAMES];

		if (!memcmp(&name->address, address, sizeof(*address)))
			return name->host;
	}
	return NULL;
}

static bool has_answered(int fd)
{
	struct tcp_info info;
	socklen_t n = sizeof(info);

	memset(&info, 0, sizeof(info));
	return !pedigree_sys(SYS_getsockopt, fd, IPPROTO_TCP, TCP_INFO, &info,
			     &n) &&
	       info.tcpi_bytes_received > 0;
}

/* "host", of port 443, or "host:port"; its length. */
static size_t write_text(const struct waiting *waiting, char *text)
{
	size_t n = strlen(waiting->host);
	char *end = text + n;

	memcpy(text, waiting->host, n);
	if (waiting->port != TLS_PORT) {
		*end++ = ':';
		end = put_number(end, waiting->port, 10);
	}
	return (size_t)(end - text);
}

static void tell(const struct waiting *waiting)
{
	const struct pedigree_blind body = {
		.kind = waiting->port == TLS_PORT
				? PEDIGREE_BLIND_UNSEEN_TLS
				: PEDIGREE_BLIND_UNSEEN_CONNECTION,
	};
	char text[TEXT];
	size_t n = write_text(waiting, text);
	const struct pedigree_entry entry = {
		.type = PEDIGREE_EV_BLIND,
		.body = &body,
		.body_size = sizeof(body),
		.text = { { text, n } },
	};
	uint64_t key = pedigree_seen_hash(0, text, n);

	for (uint32_t i = 0; i < told_n && i < TOLD; i++)
		if (told[i] == key)
			return;
	told[told_n++ % TOLD] = key;
	pedigree_log_add(&entry);
}

static void note(uint8_t type, const struct waiting *waiting)
{
	char number[16], text[TEXT];
	char *end = put_number(number, waiting->since, 10);
	const struct pedigree_entry entry = {
		.type = type,
		.text = { { text, write_text(waiting, text) },
			  { number, (size_t)(end - number) } },
	};

	pedigree_log_add(&entry);
}

/* The connection waits no more. */
static void drop(struct waiting *waiting, bool unseen)
{
	if (unseen && has_answered(waiting->fd))
		tell(waiting);
	note(PEDIGREE_EV_SETTLED, waiting);
	waiting->used = false;
	atomic_fetch_sub(&pedigree_secure_waiting, 1);
}

/* A free place, or that of who waits longest. */
static struct waiting *place(void)
{
	struct waiting *oldest = &pedigree_secure_all[0];

	for (unsigned int i = 0; i < WAITING; i++) {
		struct waiting *waiting = &pedigree_secure_all[i];

		if (!waiting->used)
			return waiting;
		if (clock_hand - waiting->since > clock_hand - oldest->since)
			oldest = waiting;
	}
	drop(oldest, true);
	return oldest;
}

static bool is_tcp(int fd)
{
	int protocol = 0;
	socklen_t n = sizeof(protocol);

	return !pedigree_sys(SYS_getsockopt, fd, SOL_SOCKET, SO_PROTOCOL,
			     &protocol, &n) &&
	       protocol == IPPROTO_TCP;
}

/* Where the ranks of a job find each other. */
static bool is_rendezvous(unsigned int port)
{
	const char *digits = pedigree_env_get("MASTER_PORT");
	unsigned int number = 0;

	for (; digits && *digits >= '0' && *digits <= '9' && number < 65536;
	     digits++)
		number = number * 10 + (unsigned int)(*digits - '0');
	return number == port;
}

static bool is_watched(int fd, unsigned int port)
{
	return port == TLS_PORT || (port && port <= LAST_PORT && is_tcp(fd) &&
				    !is_rendezvous(port));
}

bool pedigree_secure_connected(int fd, const struct sockaddr *address,
			       socklen_t n)
{
	struct waiting *waiting;
	struct address to;
	unsigned int port;
	const char *host;

	if (!parse(address, n, &to, &port) || !is_watched(fd, port) || !take())
		return false;
	waiting = place();
	host = name_of(&to);
	*waiting = (struct waiting){
		.used = true,
		.named = host,
		.fd = fd,
		.port = (uint16_t)port,
		.since = clock_hand++,
	};
	if (host)
		memcpy(waiting->host, host, strlen(host) + 1);
	else
		write_address(&to, waiting->host);
	note(PEDIGREE_EV_CONNECT, waiting);
	atomic_fetch_add(&pedigree_secure_waiting, 1);
	leave();
	return true;
}

static bool is_same_host(const char *a, const char *b)
{
	for (; *a && *b; a++, b++) {
		char x = *a >= 'A' && *a <= 'Z' ? (char)(*a + 32) : *a;
		char y = *b >= 'A' && *b <= 'Z' ? (char)(*b + 32) : *b;

		if (x != y)
			return false;
	}
	return !*a && !*b;
}

/* Whether a session without a descriptor is rather on this one: on one whose
   host is known, if it names its own, and on the one that waits longer. */
static bool is_meant(const struct waiting *waiting, const char *host,
		     const struct waiting *before)
{
	bool fits = waiting->named == !!host;

	if (host && waiting->named && !is_same_host(waiting->host, host))
		return false;
	if (!before || fits != (before->named == !!host))
		return !before || fits;
	return clock_hand - waiting->since > clock_hand - before->since;
}

int pedigree_secure_seen(int fd, const char *host)
{
	struct waiting *found = NULL;
	int result = -1;

	if (!take())
		return -1;
	for (unsigned int i = 0; i < WAITING; i++) {
		struct waiting *waiting = &pedigree_secure_all[i];

		if (!waiting->used)
			continue;
		if (fd >= 0 ? waiting->fd == fd
			    : is_meant(waiting, host, found))
			found = waiting;
	}
	if (found) {
		result = found->fd;
		drop(found, false);
	}
	leave();
	return result;
}

bool pedigree_secure_message(int fd)
{
	bool settled = false;

	if (!take())
		return false;
	for (unsigned int i = 0; i < WAITING; i++) {
		struct waiting *waiting = &pedigree_secure_all[i];

		if (!waiting->used || waiting->fd != fd ||
		    waiting->port == TLS_PORT)
			continue;
		drop(waiting, false);
		settled = true;
	}
	leave();
	return settled;
}

void pedigree_secure_gone(int fd)
{
	if (!take())
		return;
	for (unsigned int i = 0; i < WAITING; i++)
		if (pedigree_secure_all[i].used &&
		    pedigree_secure_all[i].fd == fd)
			drop(&pedigree_secure_all[i], true);
	leave();
}

void pedigree_secure_finish(void)
{
	if (!atomic_load(&pedigree_secure_waiting) || !take())
		return;
	for (unsigned int i = 0; i < WAITING; i++)
		if (pedigree_secure_all[i].used)
			drop(&pedigree_secure_all[i], true);
	leave();
}

void pedigree_secure_forked(void)
{
	atomic_store(&busy, 0);
	if (!atomic_exchange(&pedigree_secure_waiting, 0))
		return;
	for (unsigned int i = 0; i < WAITING; i++)
		pedigree_secure_all[i].used = false;
}
