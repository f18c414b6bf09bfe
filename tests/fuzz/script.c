/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Logs that make sense: the lines of the input are written into a log, which
 * is read, and a graph is built. A line is
 *
 *	WORD FLAGS TEXT|TEXT|…
 *
 * with a word of events.def, letters of flag_letters below ("-": none) and
 * the texts of the frame as format.h has them; relative ones are in the folder
 * of the last line `folder`. Further words:
 *
 *	as - PID	who writes the next lines
 *	host - NAME	begins another host's log
 *	time - SECONDS	forward, or back
 *	old - N		what the next frame destroyed
 *	argv - ARG|…	the command
 *	exchange - ORIGIN|PATH|METHOD|STATUS|QUERY|SERVICE|SENT|NAME|VALUE|…
 *	control - the same, with the operation for a path
 *	git - FOLDER	the project
 *	cwd - FOLDER
 *	endpoint - NAME	the run is a deployment
 *	end - STATUS	and no later line counts
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/support/log.h"

enum {
	HOSTS_MAX = 4,
	ARGS_MAX = 32
};

struct script {
	struct pedigree_run_facts facts;
	struct pedigree_evlog *read;
	struct test_log log;
	size_t hosts;
	uint32_t pid;
	uint32_t folder;  /* reference of the last FOLDER */
	uint32_t process; /* and of the last PROCESS or FORK */
	struct pedigree_old old;
	bool has_old;
	bool ended;
};

static const struct {
	char letter;
	uint8_t flag;
} flag_letters[] = {
	{ 'r', PEDIGREE_F_READ },     { 'w', PEDIGREE_F_WRITE },
	{ 'c', PEDIGREE_F_CREATE },   { 't', PEDIGREE_F_TRUNC },
	{ 'l', PEDIGREE_F_LIST },     { 'a', PEDIGREE_F_ANON },
	{ 'x', PEDIGREE_F_EXCHANGE }, { 'f', PEDIGREE_F_FOLDER },
	{ 'u', PEDIGREE_F_CUT },
};

static uint8_t flags_of(const char *letters)
{
	uint8_t flags = 0;

	for (; *letters; letters++)
		for (size_t i = 0; i < PEDIGREE_COUNT(flag_letters); i++)
			if (flag_letters[i].letter == *letters)
				flags |= flag_letters[i].flag;
	return flags;
}

/* The chunk is as long as what stands in it. */
static void close_chunk(struct script *script)
{
	struct test_log *log = &script->log;
	struct pedigree_chunk chunk;

	if (!log->chunk)
		return;
	memcpy(&chunk, log->bytes.data + log->chunk, sizeof(chunk));
	chunk.size = (uint32_t)((log->bytes.len - log->chunk +
				 PEDIGREE_CHUNK_GRAIN - 1) /
				PEDIGREE_CHUNK_GRAIN * PEDIGREE_CHUNK_GRAIN);
	memcpy(log->bytes.data + log->chunk, &chunk, sizeof(chunk));
}

static void open_chunk(struct script *script)
{
	close_chunk(script);
	test_log_chunk(&script->log, PEDIGREE_CHUNK_GRAIN, script->pid,
		       script->process);
}

static void end_host(struct script *script)
{
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	struct test_log *log = &script->log;
	char path[FUZZ_PATH];
	int fd;

	close_chunk(script);
	test_log_end(log);
	fd = fuzz_file(log->bytes.data, log->bytes.len, 0, path);
	if (pedigree_evlog_add(script->read, path, &err))
		fuzz_fail(__FILE__, __LINE__, err.text);
	close(fd);
	test_log_clear(log);
}

static void begin_host(struct script *script, const char *name)
{
	test_log_begin(&script->log, "fuzz", name);
	script->hosts++;
	script->folder = script->process = 0;
	script->has_old = false;
	open_chunk(script);
}

static char **split(char *text, char **argv)
{
	size_t n = 0;

	for (char *bar; n + 1 < ARGS_MAX && text; text = bar) {
		bar = strchr(text, '|');
		if (bar)
			*bar++ = '\0';
		argv[n++] = text;
	}
	argv[n] = NULL;
	return argv;
}

/*
 * Takes the numbers out of the texts, which then are the frame's, and makes
 * the fields whole pairs.
 */
static struct pedigree_exchange make_exchange(char **text)
{
	static char nothing[] = "";
	unsigned long numbers[5] = { 0 };
	size_t n = 0, first;

	while (text[n])
		n++;
	for (; n < 2; n++)
		text[n] = nothing;
	for (size_t i = 0; i < 5 && i + 2 < n; i++)
		numbers[i] = strtoul(text[i + 2], NULL, 0);
	first = n < 7 ? n : 7;
	memmove(text + 2, text + first, (n - first) * sizeof(*text));
	n -= first - 2;
	if (n % 2)
		n--;
	if (n > 26)
		n = 26;
	text[n] = NULL;
	return (struct pedigree_exchange){
		.method = (uint8_t)numbers[0],
		.status = (uint16_t)numbers[1],
		.query = (uint16_t)numbers[2],
		.service = (uint8_t)numbers[3],
		.sent = numbers[4],
		.received = numbers[4],
		.fields = (uint16_t)(n / 2 - 1),
	};
}

/* Bytes and reference of the frame's second half; 0: none. */
static size_t make_body(struct script *script, unsigned int type, char **text,
			void *ret)
{
	const struct pedigree_two two = { .folder = script->folder };
	struct pedigree_image image = { .pid = script->pid, .ppid = 1 };
	struct pedigree_blind blind = { 0 };
	struct pedigree_exchange exchange;

	switch (type) {
	case PEDIGREE_EV_RENAME:
	case PEDIGREE_EV_LINK:
	case PEDIGREE_EV_SYMLINK:
		memcpy(ret, &two, sizeof(two));
		return sizeof(two);
	case PEDIGREE_EV_PROCESS:
		while (image.argc < 5 && text[image.argc + 1])
			image.argc++;
		memcpy(ret, &image, sizeof(image));
		return sizeof(image);
	case PEDIGREE_EV_FORK:
		image.image = script->process;
		memcpy(ret, &image, sizeof(image));
		return sizeof(image);
	case PEDIGREE_EV_BLIND:
		blind.kind = (uint32_t)strlen(text[0]) % 24;
		memcpy(ret, &blind, sizeof(blind));
		return sizeof(blind);
	case PEDIGREE_EV_EXCHANGE:
	case PEDIGREE_EV_CONTROL:
		exchange = make_exchange(text);
		memcpy(ret, &exchange, sizeof(exchange));
		return sizeof(exchange);
	default:
		return 0;
	}
}

static void write_event(struct script *script, unsigned int type,
			const char *letters, char *texts)
{
	char *argv[ARGS_MAX];
	char body[sizeof(struct pedigree_exchange)];
	struct test_frame frame = {
		.type = (uint8_t)type,
		.flags = flags_of(letters),
		.body = body,
	};
	uint32_t ref;

	split(texts, argv);
	frame.body_size = make_body(script, type, argv, body);
	for (size_t i = 0; i < PEDIGREE_COUNT(frame.text) && argv[i]; i++)
		frame.text[i] = argv[i];
	if (argv[0] && argv[0][0] != '/' && type < PEDIGREE_EV_EXCHANGE)
		frame.folder = script->folder;
	if (script->has_old &&
	    (type == PEDIGREE_EV_OPEN || type == PEDIGREE_EV_UNLINK ||
	     type == PEDIGREE_EV_RENAME || type == PEDIGREE_EV_TRUNCATE)) {
		frame.old = &script->old;
		frame.flags |= PEDIGREE_F_OLD;
		script->has_old = false;
	}
	ref = test_log_add(&script->log, &frame);
	if (type == PEDIGREE_EV_FOLDER)
		script->folder = ref;
	if (type == PEDIGREE_EV_PROCESS || type == PEDIGREE_EV_FORK)
		script->process = ref;
}

static void set_argv(struct pedigree_run_facts *facts, char *texts)
{
	char *argv[ARGS_MAX];

	split(texts, argv);
	for (size_t i = 0; facts->argv && facts->argv[i]; i++)
		free(facts->argv[i]);
	free(facts->argv);
	facts->argv = calloc(ARGS_MAX, sizeof(*facts->argv));
	FUZZ_CHECK(facts->argv);
	for (size_t i = 0; argv[i]; i++)
		facts->argv[i] = strdup(argv[i]);
}

static void set(char **place, const char *text)
{
	free(*place);
	*place = strdup(text);
}

/* Lines that are no events; false when it is none of them. */
static bool set_scene(struct script *script, const char *word, char *text)
{
	struct pedigree_run_facts *facts = &script->facts;
	long long number = atoll(text) % 100000;

	if (!strcmp(word, "as")) {
		script->pid = (uint32_t)number;
		open_chunk(script);
	} else if (!strcmp(word, "host")) {
		if (script->hosts < HOSTS_MAX) {
			end_host(script);
			begin_host(script, text);
		}
	} else if (!strcmp(word, "time")) {
		script->log.time_ns += (uint64_t)number * 1000000000;
	} else if (!strcmp(word, "old")) {
		script->old =
			(struct pedigree_old){ 1, (uint64_t)number,
					       (uint64_t)number,
					       FUZZ_START - (uint64_t)number };
		script->has_old = true;
	} else if (!strcmp(word, "argv")) {
		set_argv(facts, text);
	} else if (!strcmp(word, "git")) {
		set(&facts->git_root, text);
		set(&facts->git_commit, "0123456789abcdef");
		set(&facts->git_remote, text);
	} else if (!strcmp(word, "cwd")) {
		set(&facts->cwd, text);
	} else if (!strcmp(word, "endpoint")) {
		set(&facts->deployment.endpoint, text);
		facts->deploy = true;
	} else if (!strcmp(word, "end")) {
		facts->wait_status = (int)number;
		facts->end_known = true;
		facts->end_ms = (int64_t)(script->log.time_ns / 1000000);
		script->ended = true;
	} else {
		return false;
	}
	return true;
}

static void take_line(struct script *script, char *line)
{
	char *letters = strchr(line, ' ');
	char *texts = letters ? strchr(letters + 1, ' ') : NULL;

	if (!texts)
		return;
	*letters++ = '\0';
	*texts++ = '\0';
	if (set_scene(script, line, texts))
		return;
	for (unsigned int type = 1; type <= PEDIGREE_EV_CONTROL; type++) {
		const char *word = pedigree_event_word(type);

		if (word && !strcmp(word, line))
			write_event(script, type, letters, texts);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_free_ char *text = fuzz_text(data, size);
	struct script script = {
		.facts = { .name = strdup("fuzz"),
			   .cwd = strdup(FUZZ_PROJECT),
			   .home = strdup("/home/me"),
			   .start_ms = (int64_t)(FUZZ_START / 1000000),
			   .start_ns = FUZZ_START,
			   .git_dirty = 1 },
		.read = pedigree_evlog_new(),
		.pid = 100,
	};
	char *at = text, *line;

	/* A chunk holds no more. */
	if (size < PEDIGREE_FRAME_MAX / 2) {
		begin_host(&script, "host");
		while (!script.ended && (line = fuzz_line(&at)))
			take_line(&script, line);
		end_host(&script);
		pedigree_evlog_sort(script.read);
		fuzz_check_log(script.read);
		FUZZ_CHECK(script.read->n_hosts == script.hosts);
		fuzz_check_graph(&script.facts, script.read);
	}
	pedigree_evlog_free(script.read);
	pedigree_run_facts_clear(&script.facts);
	return 0;
}
