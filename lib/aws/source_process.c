/* SPDX-License-Identifier: Apache-2.0 */
/*
 * credential_process: a program of the user's that prints credentials. It is
 * started without a shell.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "aws/json.h"
#include "aws/source.h"
#include "aws/words.h"
#include "base/err.h"

extern char **environ;

enum {
	OUTPUT_MAX = 64 * 1024,
	TELL_MAX = 200,	  /* of what it said on stderr */
	PATIENCE = 120000 /* ms; it may wait for a person */
};

static const struct pedigree_aws_json_names names = {
	.access_key = "AccessKeyId",
	.secret_key = "SecretAccessKey",
	.session_token = "SessionToken",
	.expires = "Expiration",
};

struct child {
	pid_t pid;
	int pipes[2][2];
	struct pedigree_buf out[2]; /* stdout, stderr */
};

static void close_end(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void child_clear(struct child *child)
{
	for (int i = 0; i < 2; i++) {
		close_end(&child->pipes[i][0]);
		close_end(&child->pipes[i][1]);
		if (child->out[i].room)
			explicit_bzero(child->out[i].data, child->out[i].room);
		pedigree_buf_clear(&child->out[i]);
	}
	if (child->pid > 0) {
		kill(child->pid, SIGKILL);
		while (waitpid(child->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
}

static int start(struct child *child, char **words)
{
	posix_spawn_file_actions_t actions;
	int result = 0;

	/* Room for all of it: growing would leave copies behind. */
	for (int i = 0; i < 2; i++)
		if (pedigree_buf_reserve(&child->out[i], OUTPUT_MAX) < 0 ||
		    pipe2(child->pipes[i], O_CLOEXEC) < 0)
			return errno;
	if (posix_spawn_file_actions_init(&actions) != 0)
		return ENOMEM;
	for (int i = 0; i < 2 && result == 0; i++)
		result = posix_spawn_file_actions_adddup2(
			&actions, child->pipes[i][1], i + 1);
	if (result == 0)
		result = posix_spawnp(&child->pid, words[0], &actions, NULL,
				      words, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (result != 0)
		child->pid = 0;
	for (int i = 0; i < 2; i++)
		close_end(&child->pipes[i][1]);
	return result;
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

/* Reads what there is; closes the pipe at its end. */
static int drain(struct child *child, int i)
{
	struct pedigree_buf *buf = &child->out[i];
	size_t room = OUTPUT_MAX - buf->len;
	ssize_t n = read(child->pipes[i][0], buf->data + buf->len, room);

	if (n < 0 && errno == EINTR)
		return 0;
	if (n <= 0) {
		close_end(&child->pipes[i][0]);
		return 0;
	}
	buf->len += (size_t)n;
	buf->data[buf->len] = '\0';
	return buf->len == OUTPUT_MAX ? PEDIGREE_ELIMIT : 0;
}

static int read_all(struct child *child)
{
	int64_t end = now_ms() + PATIENCE;

	while (child->pipes[0][0] >= 0 || child->pipes[1][0] >= 0) {
		struct pollfd fds[2] = {
			{ .fd = child->pipes[0][0], .events = POLLIN },
			{ .fd = child->pipes[1][0], .events = POLLIN },
		};
		int64_t left = end - now_ms();

		if (left <= 0)
			return PEDIGREE_EBUSY;
		if (poll(fds, 2, (int)left) < 0)
			continue;
		for (int i = 0; i < 2; i++)
			if (fds[i].revents && drain(child, i) < 0)
				return PEDIGREE_ELIMIT;
	}
	return 0;
}

static int wait_for(struct child *child)
{
	int status;

	while (waitpid(child->pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	child->pid = 0;
	return status;
}

static int failed(const struct pedigree_aws_search *search, struct child *child,
		  struct pedigree_error *err)
{
	char *said = child->out[1].data;

	said[strcspn(said, "\r\n")] = '\0';
	return pedigree_fail(
		err, PEDIGREE_ECONFIG,
		"credential_process of AWS profile %s failed%s%.*s",
		search->profile, *said ? ": " : "", TELL_MAX, said);
}

static int understand(const struct pedigree_aws_search *search,
		      const struct pedigree_buf *text,
		      struct pedigree_aws_credentials *ret,
		      struct pedigree_error *err)
{
	_cleanup_aws_json_ struct pedigree_aws_json *json =
		pedigree_aws_json_parse(text->data, text->len);
	_cleanup_buf_ struct pedigree_buf who = PEDIGREE_BUF_INIT;
	int64_t version;

	pedigree_buf_addf(&who, "credential_process of AWS profile %s",
			  search->profile);
	if (pedigree_buf_error(&who))
		return pedigree_fail_memory(err);
	if (!json)
		return pedigree_fail(err, PEDIGREE_EFORMAT,
				     "%s printed no JSON object", who.data);
	if (!pedigree_aws_json_integer(json, "Version", &version) ||
	    version != 1)
		return pedigree_fail(err, PEDIGREE_EFORMAT,
				     "%s printed another Version than 1",
				     who.data);
	return pedigree_aws_json_credentials(json, &names, who.data, ret, err);
}

static int run(const struct pedigree_aws_search *search, struct child *child,
	       char **words, struct pedigree_aws_credentials *ret,
	       struct pedigree_error *err)
{
	int result = start(child, words);

	if (result != 0) {
		errno = result;
		return pedigree_fail_errno(
			err,
			"cannot start credential_process of AWS profile %s",
			search->profile);
	}
	result = read_all(child);
	if (result < 0)
		return pedigree_fail(
			err, result,
			result == PEDIGREE_EBUSY
				? "credential_process of AWS profile %s did not end in time"
				: "credential_process of AWS profile %s printed too much",
			search->profile);
	if (wait_for(child) != 0)
		return failed(search, child, err);
	return understand(search, &child->out[0], ret, err);
}

int pedigree_aws_from_process(const struct pedigree_aws_search *search,
			      struct pedigree_aws_credentials *ret,
			      struct pedigree_error *err)
{
	const char *line = pedigree_aws_setting(search, "credential_process");
	_cleanup_free_ char **words = NULL;
	_cleanup_(child_clear) struct child child = {
		.pipes = { { -1, -1 }, { -1, -1 } },
		.out = { PEDIGREE_BUF_INIT, PEDIGREE_BUF_INIT },
	};
	int result;

	if (!line)
		return PEDIGREE_ENOTFOUND;
	result = pedigree_aws_words(line, &words);
	if (result == PEDIGREE_ENOMEM)
		return pedigree_fail_memory(err);
	if (result < 0)
		return pedigree_fail(
			err, PEDIGREE_ECONFIG,
			"credential_process of AWS profile %s has a quote that is not closed",
			search->profile);
	return run(search, &child, words, ret, err);
}
