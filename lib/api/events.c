/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The decoded log of a run, one event per line.
 */
#include "config.h"

#include <inttypes.h>
#include <string.h>
#include <sys/wait.h>

#include <pedigree/query.h>

#include "api/api.h"
#include "api/spooled.h"
#include "base/buf.h"
#include "base/err.h"
#include "evlog/reader.h"
#include "graph/json.h"
#include "render/render.h"

#define NS_PER_MS UINT64_C(1000000)

/* What is said of one event, in both formats. */
struct said {
	const struct pedigree_event *event;
	const struct pedigree_process *process; /* NULL: not known */
	const char *program;			/* "" when not known */
	const char *word;
	char access[8]; /* letters, see letters[] */
	struct pedigree_buf path;
	struct pedigree_buf path2; /* of two: where to */
	struct pedigree_buf more;  /* arguments, value, kind */
};

static const struct {
	uint8_t flag;
	char letter;
} letters[] = {
	{ PEDIGREE_F_READ, 'r' },   { PEDIGREE_F_WRITE, 'w' },
	{ PEDIGREE_F_CREATE, 'c' }, { PEDIGREE_F_TRUNC, 't' },
	{ PEDIGREE_F_LIST, 'l' },   { PEDIGREE_F_ANON, 'a' },
};

static const char *program_of(const struct pedigree_evlog *log,
			      const struct pedigree_process *process)
{
	uint32_t image = process ? process->image : PEDIGREE_NONE;
	const char *program, *slash;

	if (image >= log->n_processes)
		return "";
	program = log->processes[image].program;
	if (!program)
		return "";
	slash = strrchr(program, '/');
	return slash ? slash + 1 : program;
}

static void add_arguments(const struct pedigree_process *process,
			  struct pedigree_buf *buf)
{
	const char *arg = process->args;

	for (uint32_t i = 0; i < process->argc; i++) {
		if (i)
			pedigree_buf_add_char(buf, ' ');
		pedigree_buf_add_str(buf, arg);
		arg += strlen(arg) + 1;
	}
	if (process->cut)
		pedigree_buf_add_str(buf, " ...");
}

static void say_wire(const struct pedigree_event *event, struct said *said)
{
	const struct pedigree_wire *wire = event->wire;
	const char *at = wire->fields;

	pedigree_buf_add_str(&said->path, event->text);
	if (event->type == PEDIGREE_EV_CONTROL)
		pedigree_buf_add_char(&said->path, ' ');
	pedigree_buf_add_str(&said->path, event->text2);
	pedigree_buf_addf(&said->more,
			  "%s %u sent=%" PRIu64 " received=%" PRIu64,
			  pedigree_method_word(wire->head.method),
			  wire->head.status, wire->head.sent,
			  wire->head.received);
	for (unsigned int i = 0; i < wire->head.fields; i++) {
		pedigree_buf_addf(&said->more, " %s=", at);
		at += strlen(at) + 1;
		pedigree_buf_add_str(&said->more, at);
		at += strlen(at) + 1;
	}
}

static void say_program(const struct pedigree_evlog *log, struct said *said)
{
	if (!said->process)
		return;
	pedigree_evlog_path(log, said->process->cwd, said->process->program,
			    &said->path);
	add_arguments(said->process, &said->more);
}

static void say_end(const struct pedigree_event *event, struct said *said)
{
	bool killed = WIFSIGNALED(event->number);

	pedigree_buf_addf(&said->more, "%" PRIu32 " %s %d", event->pid,
			  killed ? "signal" : "status",
			  killed ? WTERMSIG(event->number)
				 : WEXITSTATUS(event->number));
}

/* Of events whose texts are no paths. */
static void say_three(const struct pedigree_event *event, struct said *said)
{
	pedigree_buf_add_str(&said->path, event->text);
	pedigree_buf_add_str(&said->more, event->text2);
	if (!*event->text3)
		return;
	pedigree_buf_add_char(&said->more, ' ');
	pedigree_buf_add_str(&said->more, event->text3);
}

static void say_texts(const struct pedigree_evlog *log, struct said *said)
{
	const struct pedigree_event *event = said->event;
	const char *word;

	switch (event->type) {
	case PEDIGREE_EV_RENAME:
	case PEDIGREE_EV_LINK:
		pedigree_evlog_path(log, event->folder2, event->text2,
				    &said->path2);
		break;
	case PEDIGREE_EV_SYMLINK:
		/* The target is text, and may name anything. */
		pedigree_buf_add_str(&said->path, event->text);
		pedigree_evlog_path(log, event->folder2, event->text2,
				    &said->path2);
		return;
	case PEDIGREE_EV_PROCESS:
		say_program(log, said);
		return;
	case PEDIGREE_EV_FORK:
	case PEDIGREE_EV_EXIT:
		return;
	case PEDIGREE_EV_BLIND:
		word = pedigree_blind_word(event->number);
		pedigree_buf_add_str(&said->more, word ? word : "?");
		if (!*event->text)
			return;
		break;
	case PEDIGREE_EV_STREAM:
		pedigree_buf_add_str(&said->path, event->text);
		pedigree_buf_addf(&said->more, "%u", event->number);
		return;
	case PEDIGREE_EV_REAPED:
		say_end(event, said);
		return;
	case PEDIGREE_EV_RANK:
	case PEDIGREE_EV_INPUT:
	case PEDIGREE_EV_OUTPUT:
	case PEDIGREE_EV_PARAM:
	case PEDIGREE_EV_TAG:
	case PEDIGREE_EV_METRIC:
	case PEDIGREE_EV_DEPLOY:
	case PEDIGREE_EV_BEGIN:
	case PEDIGREE_EV_END:
	case PEDIGREE_EV_POINT:
	case PEDIGREE_EV_CONNECT:
	case PEDIGREE_EV_SETTLED:
		say_three(event, said);
		return;
	case PEDIGREE_EV_EXCHANGE:
	case PEDIGREE_EV_CONTROL:
		say_wire(event, said);
		return;
	default:
		break;
	}
	pedigree_evlog_path(log, event->folder, event->text, &said->path);
}

static void say(const struct pedigree_evlog *log,
		const struct pedigree_event *event, struct said *said)
{
	size_t n = 0;

	pedigree_buf_reset(&said->path);
	pedigree_buf_reset(&said->path2);
	pedigree_buf_reset(&said->more);
	said->event = event;
	said->process = event->process < log->n_processes
				? &log->processes[event->process]
				: NULL;
	said->program = program_of(log, said->process);
	said->word = pedigree_event_word(event->type);
	for (size_t i = 0;
	     event->type == PEDIGREE_EV_OPEN && i < PEDIGREE_COUNT(letters);
	     i++)
		if (event->flags & letters[i].flag)
			said->access[n++] = letters[i].letter;
	said->access[n] = '\0';
	say_texts(log, said);
}

static void add_text(struct pedigree_buf *buf, const char *key,
		     const char *value)
{
	if (!*value)
		return;
	pedigree_buf_addf(buf, ",\"%s\":", key);
	pedigree_json_string(buf, value);
}

static void as_json(const struct said *said, struct pedigree_buf *buf)
{
	const struct pedigree_event *event = said->event;
	bool starts = event->type == PEDIGREE_EV_PROCESS;

	pedigree_buf_addf(buf, "{\"Time\":%" PRIu64 ".%09" PRIu64,
			  event->time_ns / (1000 * NS_PER_MS),
			  event->time_ns % (1000 * NS_PER_MS));
	pedigree_buf_addf(buf, ",\"Seq\":%" PRIu64, event->seq);
	if (said->process)
		pedigree_buf_addf(buf, ",\"Pid\":%" PRIu32, said->process->pid);
	add_text(buf, "Program", said->program);
	add_text(buf, "Event", said->word ? said->word : "?");
	add_text(buf, "Access", said->access);
	add_text(buf, "Path", said->path.data);
	add_text(buf, "NewPath", said->path2.data);
	add_text(buf, starts ? "Arguments" : "Detail", said->more.data);
	pedigree_buf_add_str(buf, "}\n");
}

static void as_text(const struct said *said, FILE *out)
{
	_cleanup_buf_ struct pedigree_buf time = PEDIGREE_BUF_INIT;
	uint64_t ns = said->event->time_ns;

	pedigree_add_time(&time, (int64_t)(ns / NS_PER_MS));
	if (time.len)
		pedigree_buf_cut(&time, time.len - 1);
	fprintf(out, "%s.%03" PRIu64 "Z %7" PRIu32 " ", time.data,
		ns / NS_PER_MS % 1000, said->process ? said->process->pid : 0);
	pedigree_print_text(out, *said->program ? said->program : "?");
	fprintf(out, " %s %s", said->word ? said->word : "?",
		*said->access ? said->access : "-");
	if (said->path.len) {
		fputc(' ', out);
		pedigree_print_text(out, said->path.data);
	}
	if (said->path2.len) {
		fputs(" -> ", out);
		pedigree_print_text(out, said->path2.data);
	}
	if (said->more.len) {
		fputs("  (", out);
		pedigree_print_text(out, said->more.data);
		fputc(')', out);
	}
	fputc('\n', out);
}

/* What is not among the events is told beside them. */
static void tell_loss(const struct pedigree_evlog *log,
		      const struct pedigree_print *print)
{
	const struct pedigree_loss *loss = &log->loss;
	_cleanup_buf_ struct pedigree_buf text = PEDIGREE_BUF_INIT;
	uint64_t dropped = 0;

	for (size_t i = 0; i < PEDIGREE_DROP_REASONS; i++)
		dropped += loss->dropped[i];
	if (!print->note || (!dropped && !loss->torn_chunks &&
			     !loss->bad_frames && !loss->unknown))
		return;
	pedigree_buf_addf(
		&text,
		"not shown: %" PRIu64 " events that were dropped, %" PRIu64
		" torn pieces of the log, %" PRIu64 " damaged events, %" PRIu64
		" events of kinds unknown to this version",
		dropped, loss->torn_chunks, loss->bad_frames, loss->unknown);
	if (!pedigree_buf_error(&text))
		print->note(print->note_ctx, text.data);
}

static int print_all(const struct pedigree_evlog *log,
		     const struct pedigree_print *print, FILE *out,
		     struct pedigree_error *err)
{
	struct said said = {
		.path = PEDIGREE_BUF_INIT,
		.path2 = PEDIGREE_BUF_INIT,
		.more = PEDIGREE_BUF_INIT,
	};
	_cleanup_buf_ struct pedigree_buf line = PEDIGREE_BUF_INIT;
	bool failed = false;

	for (size_t i = 0; !failed && !ferror(out) && i < log->n_events; i++) {
		say(log, &log->events[i], &said);
		pedigree_buf_reset(&line);
		if (print->format == PEDIGREE_JSON)
			as_json(&said, &line);
		else
			as_text(&said, out);
		fwrite(line.data, 1, line.len, out);
		failed = pedigree_buf_error(&line) ||
			 pedigree_buf_error(&said.path) ||
			 pedigree_buf_error(&said.path2) ||
			 pedigree_buf_error(&said.more);
	}
	pedigree_buf_clear(&said.path);
	pedigree_buf_clear(&said.path2);
	pedigree_buf_clear(&said.more);
	if (failed)
		return pedigree_fail_memory(err);
	return pedigree_print_end(out, err);
}

int pedigree_events(const struct pedigree *pedigree, const char *run,
		    const struct pedigree_print *print, FILE *out,
		    struct pedigree_error *err)
{
	_cleanup_(
		pedigree_spooled_clear) struct pedigree_spooled spooled = { 0 };
	int rc;

	if (!pedigree || !run || !print)
		return pedigree_fail(err, PEDIGREE_EINVAL, "name a run");
	rc = pedigree_spooled_read(pedigree->config, run, print, &spooled, err);
	if (rc < 0)
		return rc;
	rc = print_all(spooled.log, print, out, err);
	if (rc == 0)
		tell_loss(spooled.log, print);
	return rc;
}
