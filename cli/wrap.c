/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "cli/wrap.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cli/progress.h"
#include "cli/serving.h"
#include "cli/spawn.h"

bool cli_values_add(struct cli_values *values, const char *value)
{
	const char **v = realloc(values->v, (values->n + 2) * sizeof(*v));

	if (!v) {
		cli_say("out of memory");
		return false;
	}
	v[values->n++] = value;
	v[values->n] = NULL;
	values->v = v;
	return true;
}

bool cli_wrap_pair(const struct cli_option *option, const char *value)
{
	const char *equals = strchr(value, '=');

	if (equals && equals > value)
		return true;
	cli_say("--%s is %s, not '%s'", option->name, option->value, value);
	return false;
}

/* What the finisher tells; small enough for one write into a pipe. */
struct report {
	int code;
	uint64_t dropped;
	size_t steps, inputs, outputs, endpoints, blind_spots, still_running,
		waiting;
	int other_ranks;
	char text[1008];
};
_Static_assert(sizeof(struct report) <= PIPE_BUF, "a report is one write");

/* How far the finisher is: it writes, and we read. */
struct reading {
	_Atomic uint64_t done, all;
};

/* As PID 1: when to stop hashing. */
struct deadline {
	bool set;
	struct timespec end;
	struct reading *reading; /* NULL: nobody wants to know */
};

static int before_deadline(void *ctx, uint64_t done, uint64_t all)
{
	const struct deadline *deadline = ctx;
	struct timespec now;

	if (deadline->reading) {
		deadline->reading->all = all;
		deadline->reading->done = done;
	}
	if (!deadline->set)
		return 1;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec < deadline->end.tv_sec ||
	       (now.tv_sec == deadline->end.tv_sec &&
		now.tv_nsec < deadline->end.tv_nsec);
}

static int milliseconds(uint64_t ms)
{
	return ms > INT_MAX ? INT_MAX : (int)ms;
}

/* Delivers to backends behind a network for at most `ms`; what is left then
   is delivered by whoever pushes next. */
static void forward_for(struct pedigree_session *session, uint64_t ms)
{
	const struct timespec step = { .tv_nsec = 10000000 };
	pid_t pid = fork();

	if (pid == 0) {
		pedigree_session_forward(session, NULL);
		_exit(0);
	}
	for (uint64_t waited = 0; pid > 0 && waited < ms; waited += 10) {
		if (waitpid(pid, NULL, WNOHANG) != 0)
			return;
		nanosleep(&step, NULL);
	}
}

/*
 * In a process and session of its own, so that it can outlive the wrapper,
 * and holding nothing that anybody could wait for.
 */
static void __attribute__((noreturn))
finish_apart(struct pedigree_session *session, struct reading *reading, int out)
{
	struct pedigree_session_summary summary = { 0 };
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	struct deadline deadline = {
		.set = getppid() == 1,
		.reading = reading,
	};
	struct report report = { 0 };
	uint64_t ms = pedigree_session_patience(session);
	enum pedigree_forwarding when = pedigree_session_forwarding(session);
	sigset_t none;

	setsid();
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	dup2(STDIN_FILENO, STDERR_FILENO); /* /dev/null by now */
	clock_gettime(CLOCK_MONOTONIC, &deadline.end);
	deadline.end.tv_sec += (time_t)(ms / 1000);
	report.code = pedigree_session_finish(session, before_deadline,
					      &deadline, &summary, &err);
	report.dropped = summary.dropped;
	report.inputs = summary.inputs;
	report.outputs = summary.outputs;
	report.endpoints = summary.endpoints;
	report.steps = summary.steps;
	report.blind_spots = summary.blind_spots;
	report.still_running = summary.still_running;
	report.waiting = summary.waiting;
	report.other_ranks = summary.other_ranks;
	snprintf(report.text, sizeof(report.text), "%.*s",
		 (int)sizeof(report.text) - 1, err.text);
	/* Nothing outlives PID 1: it waits for the network, too. */
	if (when != PEDIGREE_FORWARD_NEVER &&
	    (when == PEDIGREE_FORWARD_FIRST || deadline.set))
		forward_for(session, ms);
	if (write(out, &report, sizeof(report)) < 0)
		report.code = 1; /* nobody waited: the record is made */
	close(out);
	if (when == PEDIGREE_FORWARD_LATER && !deadline.set)
		pedigree_session_forward(session, NULL);
	pedigree_session_tidy(session, NULL);
	_exit(0);
}

static const char reading_what[] = "reading what the run touched";

/* The terminal may be another's by now. */
static void tell_reading(void *ctx)
{
	struct reading *reading = ctx;
	uint64_t done = reading->done, all = reading->all;

	if (isatty(STDERR_FILENO) == 1 && tcgetpgrp(STDERR_FILENO) != getpgrp())
		return;
	if (done < all)
		cli_progress(NULL, reading_what, done, all);
}

static struct reading *new_reading(const struct cli_wrap *wrap)
{
	void *page = MAP_FAILED;

	if (!wrap->quiet)
		page = mmap(NULL, sizeof(struct reading),
			    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			    -1, 0);
	return page == MAP_FAILED ? NULL : page;
}

/* When nothing was told of, neither is the end. */
static void end_reading(struct reading *reading, bool got)
{
	if (!reading)
		return;
	if (got)
		cli_progress(NULL, reading_what, reading->all, reading->all);
	cli_progress_clear();
	munmap(reading, sizeof(*reading));
}

enum finished {
	FINISHED,
	FINISH_GOES_ON, /* it takes longer than we wait */
	FINISH_FAILED	/* nobody is there to make the record */
};

static enum finished finish(const struct cli_wrap *wrap,
			    struct cli_spawn *spawn,
			    struct pedigree_session *session, bool patient,
			    struct report *ret_report)
{
	struct reading *reading = new_reading(wrap);
	const struct cli_spawn_tick tick = { tell_reading, reading };
	bool to_end = patient || getpid() == 1;
	int ms = milliseconds(pedigree_session_patience(session));
	enum finished end = FINISH_GOES_ON;
	int ends[2];
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0) {
		end_reading(reading, false);
		return FINISH_FAILED;
	}
	pid = fork();
	if (pid == 0) {
		close(ends[0]);
		finish_apart(session, reading, ends[1]);
	}
	close(ends[1]);
	/* Nothing outlives PID 1, so it waits; the finisher stops in time. */
	if (pid < 0)
		end = FINISH_FAILED;
	else if (cli_spawn_wait_fd(spawn, ends[0], to_end ? -1 : ms,
				   reading ? &tick : NULL))
		end = read(ends[0], ret_report, sizeof(*ret_report)) ==
				      (ssize_t)sizeof(*ret_report)
			      ? FINISHED
			      : FINISH_FAILED;
	close(ends[0]);
	end_reading(reading, end == FINISHED);
	return end;
}

struct line {
	char text[1024];
	size_t n;
};

static void add_count(struct line *line, const char *before, uint64_t count,
		      const char *one, const char *many)
{
	int n;

	if (line->n >= sizeof(line->text))
		return;
	n = snprintf(line->text + line->n, sizeof(line->text) - line->n,
		     "%s%llu %s", before, (unsigned long long)count,
		     count == 1 ? one : many);
	if (n > 0)
		line->n += (size_t)n;
}

/* No count is known of a record that was not made. */
static void tell_failure(const struct cli_wrap *wrap, const char *name,
			 const struct report *report, bool again)
{
	cli_say("%s %s: no record could be made: %s%s", wrap->self->name, name,
		report->text,
		again ? "; the next pedigree command tries again" : "");
}

/* The process that made it was killed, or could not be started. */
static void tell_unfinished(const struct cli_wrap *wrap, const char *name,
			    const struct pedigree_session *session)
{
	const struct report report = {
		.text = "the process that makes it was killed or could not be started",
	};

	tell_failure(wrap, name, &report,
		     pedigree_session_preload(session) != NULL);
}

static void tell(const struct cli_wrap *wrap, const char *name,
		 const struct report *report)
{
	struct line line = { .text = "" };

	if (report->steps)
		add_count(&line, "", report->steps, "step", "steps");
	add_count(&line, report->steps ? ", " : "", report->inputs, "input",
		  "inputs");
	add_count(&line, ", ", report->outputs, "output", "outputs");
	if (report->dropped)
		add_count(&line, ", ", report->dropped, "event dropped",
			  "events dropped");
	if (report->blind_spots)
		add_count(&line, ", ", report->blind_spots, "blind spot",
			  "blind spots");
	if (report->still_running)
		add_count(&line, ", ", report->still_running,
			  "process still running", "processes still running");
	if (report->waiting)
		add_count(&line, ", ", report->waiting,
			  "record waiting in the outbox",
			  "records waiting in the outbox");
	cli_say("%s %s: %s; pedigree show %s", wrap->self->name, name,
		line.text, name);
	if (wrap->spec.deploy && !report->endpoints)
		cli_say("no endpoint was named, and no call that makes one was seen: name it with --endpoint NAME");
	for (size_t i = 0; i < wrap->missing.n; i++)
		if (access(wrap->missing.v[i], F_OK) < 0)
			cli_say("there is no file %s: its name is recorded, and no run is behind it",
				wrap->missing.v[i]);
	if (report->code < 0)
		cli_say("%s", report->text);
}

/* The command runs whatever became of us, unless what it does was to be looked
   at after. */
static int run_uncaptured(const struct cli_wrap *wrap,
			  const struct cli_spawn *spawn)
{
	if (!wrap->after) {
		cli_say("the command runs without capture");
		return cli_spawn_exec(spawn);
	}
	cli_say("it was not run: %s is of no use without capture",
		wrap->self->name);
	return CLI_SPAWN_TROUBLE;
}

static int begin(struct cli_wrap *wrap, const struct pedigree *pedigree,
		 struct pedigree_session **ret_session)
{
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	const char *trouble;
	int rc;

	rc = pedigree_session_begin(pedigree, &wrap->spec, ret_session, &err);
	if (rc == PEDIGREE_EINVAL) {
		cli_usage(wrap->self, "%s", err.text);
		return CLI_SPAWN_TROUBLE;
	}
	if (rc < 0) {
		cli_say("%s", err.text);
		return 0;
	}
	trouble = pedigree_session_trouble(*ret_session);
	if (trouble && !wrap->quiet)
		cli_say("%s", trouble);
	return 0;
}

/* Returns 0 after the command's end, else the exit status of not starting. */
static int capture(struct cli_wrap *wrap, struct pedigree_session *session,
		   struct cli_spawn *spawn)
{
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	const char *name = pedigree_session_name(session);
	struct cli_serving serving = { .session = session };
	struct report report;
	enum finished end;
	int status;

	status = cli_spawn_start(spawn, pedigree_session_preload(session));
	if (status) {
		pedigree_session_cancel(session);
		return status;
	}
	/* A failure here leaves a record with less in it; the finish says
	   what is missing. */
	pedigree_session_started(session, spawn->pid, NULL);
	if (wrap->spec.serve)
		cli_serving_begin(&serving, spawn);
	cli_spawn_wait(spawn);
	if (wrap->spec.serve)
		cli_serving_end(&serving);
	if (pedigree_session_ended(session, spawn->wait_status, &err) < 0 &&
	    !wrap->quiet)
		cli_say("%s", err.text);
	end = finish(wrap, spawn, session, wrap->after != NULL, &report);
	if (end == FINISH_GOES_ON) {
		if (!wrap->quiet)
			cli_say("%s %s: the record is still being made; pedigree show %s",
				wrap->self->name, name, name);
	} else if (end == FINISH_FAILED) {
		if (!wrap->quiet)
			tell_unfinished(wrap, name, session);
	} else if (!wrap->quiet && report.code < 0 && !report.waiting) {
		tell_failure(wrap, name, &report,
			     pedigree_session_preload(session) != NULL);
	} else if (!wrap->quiet && !report.other_ranks) {
		tell(wrap, name, &report);
	}
	return 0;
}

/* [run] quiet = yes is as good as -q; the library took no other words. */
static bool wants_quiet(const struct pedigree *pedigree)
{
	static const char *const yes[] = { "yes", "true", "on", "1" };
	const char *value = pedigree_setting(pedigree, "run.quiet");

	for (size_t i = 0; value && i < sizeof(yes) / sizeof(yes[0]); i++)
		if (strcasecmp(value, yes[i]) == 0)
			return true;
	return false;
}

int cli_wrap(struct cli_wrap *wrap)
{
	struct pedigree_session *session = NULL;
	struct cli_spawn spawn = { .argv = wrap->argv };
	struct pedigree *pedigree;
	bool ran = false;
	char *name;
	int status;

	cli_spawn_guard(&spawn);
	if (pedigree_disabled(NULL))
		return cli_spawn_exec(&spawn);
	pedigree = cli_open(NULL);
	if (!pedigree)
		return run_uncaptured(wrap, &spawn);
	if (pedigree_disabled(pedigree)) {
		pedigree_close(pedigree);
		return cli_spawn_exec(&spawn);
	}
	wrap->quiet = wrap->quiet || wants_quiet(pedigree);
	wrap->spec.argv = (const char *const *)wrap->argv;
	status = wrap->gate ? wrap->gate(wrap, pedigree) : 0;
	if (status) {
		pedigree_close(pedigree);
		return status;
	}
	cli_spawn_prepare(&spawn);
	status = begin(wrap, pedigree, &session);
	if (!status && !session) {
		status = run_uncaptured(wrap, &spawn);
	} else if (!status) {
		status = capture(wrap, session, &spawn);
		ran = !status;
	}
	if (status == CLI_SPAWN_UNWATCHED)
		status = run_uncaptured(wrap, &spawn);
	name = ran && wrap->after ? strdup(pedigree_session_name(session))
				  : NULL;
	pedigree_session_free(session);
	pedigree_close(pedigree);
	if (ran)
		status = name ? wrap->after(wrap, name, spawn.wait_status) : -1;
	free(name);
	if (ran && status < 0)
		cli_spawn_leave(&spawn);
	return status;
}
