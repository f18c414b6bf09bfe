/* SPDX-License-Identifier: Apache-2.0 */
/*
 * usage: connection WAY WHAT PORT
 *
 * A client that does what clients rarely do. Prints what it was answered.
 */
#define _GNU_SOURCE
#include "connection.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct way *way;
static int port;

void give_up(const char *what)
{
	perror(what);
	exit(3);
}

static int dial(void)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof(to)))
		give_up("connect");
	return fd;
}

static struct connection start(void)
{
	struct connection connection = { .fd = dial() };

	way->start(&connection);
	return connection;
}

static void ask(struct connection *connection, const char *path,
		const char *more)
{
	char text[512];
	int n = snprintf(text, sizeof(text),
			 "GET %s HTTP/1.1\r\nHost: localhost:%d\r\n%s\r\n",
			 path, port, more);

	way->write(connection, text, (size_t)n);
}

/* Reads until the end of a head and as much of a body as that says. */
static void expect_answer(struct connection *connection, size_t step)
{
	char bytes[65536];
	size_t n = 0, wanted = sizeof(bytes) - 1;

	while (n < wanted) {
		size_t got = way->read(connection, bytes + n,
				       step < wanted - n ? step : wanted - n);
		char *end, *length;

		if (!got)
			break;
		n += got;
		bytes[n] = 0;
		end = strstr(bytes, "\r\n\r\n");
		if (!end || wanted < sizeof(bytes) - 1)
			continue;
		length = strcasestr(bytes, "content-length:");
		wanted = (size_t)(end + 4 - bytes);
		wanted += length ? strtoul(length + 15, NULL, 10) : 0;
	}
	printf("%.12s\n", n ? bytes : "nothing");
}

static void get(const char *path)
{
	struct connection connection = start();

	ask(&connection, path, "");
	expect_answer(&connection, 4096);
	way->end(&connection);
}

/* Every byte in a write and a read of its own. */
static void bytes(void)
{
	static const char text[] =
		"GET /bytes HTTP/1.1\r\nHost: LocalHost\r\n\r\n";
	struct connection connection = start();

	for (size_t i = 0; i < sizeof(text) - 1; i++)
		way->write(&connection, text + i, 1);
	expect_answer(&connection, 1);
	way->end(&connection);
}

/* Both requests before the first answer; the last word says that no more
   come, so that nothing is read too much. */
static void pipelined(void)
{
	struct connection connection = start();

	ask(&connection, "/first", "");
	ask(&connection, "/second", "Connection: close\r\n");
	expect_answer(&connection, 1);
	expect_answer(&connection, 1);
	way->end(&connection);
}

static void *some(void *path)
{
	struct connection connection = start();

	for (int i = 0; i < 25; i++) {
		ask(&connection, path, "");
		expect_answer(&connection, 4096);
	}
	way->end(&connection);
	return NULL;
}

static void threads(void)
{
	static char paths[8][8];
	pthread_t all[8];

	for (int i = 0; i < 8; i++) {
		snprintf(paths[i], sizeof(paths[i]), "/t%d", i);
		if (pthread_create(&all[i], NULL, some, paths[i]))
			give_up("pthread_create");
	}
	for (int i = 0; i < 8; i++)
		pthread_join(all[i], NULL);
}

/* The child has an exchange of its own while its parent waits for an answer;
   then the parent goes on. */
static void forked(void)
{
	struct connection connection = start();
	int status;
	pid_t child;

	ask(&connection, "/parent", "");
	fflush(stdout);
	child = fork();
	if (!child) {
		get("/child");
		fflush(stdout);
		_exit(0);
	}
	if (waitpid(child, &status, 0) != child || status)
		give_up("the child");
	expect_answer(&connection, 4096);
	ask(&connection, "/again", "");
	expect_answer(&connection, 4096);
	way->end(&connection);
}

/* What follows is no HTTP any more, though it looks like it. */
static void upgraded(void)
{
	struct connection connection = start();

	ask(&connection, "/upgrade",
	    "Connection: upgrade\r\nUpgrade: echo\r\n");
	expect_answer(&connection, 1);
	ask(&connection, "/not-http", "");
	expect_answer(&connection, 1);
	way->end(&connection);
}

/* Nobody answers. */
static void unanswered(void)
{
	struct connection connection = start();

	ask(&connection, "/close", "");
	expect_answer(&connection, 4096);
	way->end(&connection);
}

/* The number of a socket becomes that of a file, and of other sockets. Some
   are closed by stdio, which no hook sees. */
static void reused(void)
{
	static const char text[] = "GET /file HTTP/1.1\r\n\r\n";
	struct connection connection = start();
	int fd = connection.fd, file;

	ask(&connection, "/socket", "");
	expect_answer(&connection, 4096);
	way->end(&connection);

	file = open("file", O_RDWR | O_CREAT | O_TRUNC, 0600);
	if (file != fd || write(file, text, sizeof(text)) < 0 ||
	    send(file, text, sizeof(text), 0) >= 0)
		give_up("the file");
	close(file);
	get("/socket-again");

	connection = start();
	if (connection.fd != fd)
		give_up("the number");
	ask(&connection, "/left", "");
	fclose(fdopen(fd, "r+"));
	get("/behind-stdio");

	connection = start();
	ask(&connection, "/before-dup2", "");
	expect_answer(&connection, 4096);
	file = dial();
	if (dup2(file, fd) != fd)
		give_up("dup2");
	close(file);
	way->start(&connection);
	ask(&connection, "/behind-dup2", "");
	expect_answer(&connection, 4096);
	way->end(&connection);
}

/* Bytes that are no HTTP, and a server's side of it. */
static void foreign(void)
{
	static const char text[] = "HELO there\r\n",
			  request[] = "GET /served HTTP/1.1\r\n\r\n",
			  answer[] = "HTTP/1.1 200 OK\r\n\r\n";
	char room[64];
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) ||
	    send(pair[0], text, sizeof(text), 0) < 0 ||
	    recv(pair[1], room, sizeof(text), MSG_WAITALL) < 0 ||
	    send(pair[0], request, sizeof(request), 0) < 0 ||
	    recv(pair[1], room, sizeof(request), MSG_WAITALL) < 0 ||
	    send(pair[1], answer, sizeof(answer), 0) < 0)
		give_up("socketpair");
	get("/client");
}

static const struct {
	const char *name;
	void (*run)(void);
} whats[] = {
	{ "bytes", bytes },	  { "pipelined", pipelined },
	{ "threads", threads },	  { "forked", forked },
	{ "upgraded", upgraded }, { "unanswered", unanswered },
	{ "reused", reused },	  { "foreign", foreign },
};

int main(int argc, char **argv)
{
	static const struct way *const ways[] = { &way_openssl, &way_gnutls,
						  &way_send, &way_message,
						  &way_messages };

	for (size_t i = 0; argc == 4 && i < sizeof(ways) / sizeof(*ways); i++)
		if (!strcmp(ways[i]->name, argv[1]))
			way = ways[i];
	port = argc == 4 ? atoi(argv[3]) : 0;
	for (size_t i = 0; way && i < sizeof(whats) / sizeof(*whats); i++)
		if (!strcmp(whats[i].name, argv[2])) {
			whats[i].run();
			return 0;
		}
	return 2;
}
