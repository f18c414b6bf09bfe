/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "graph/steps.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "graph/command_line.h"

#define PIPE "pipe:["

/* Programs that only start others, in the order of a script. */
static const char *const shells[] = {
	"sh",	"ash",	"dash", "bash",	   "rbash", "zsh",   "ksh",
	"mksh", "fish", "csh",	"busybox", "make",  "gmake",
};

/* Programs that start one other, in their place or as a child. */
static const char *const launchers[] = {
	"env",	"nice",	  "ionice",  "nohup",	"time",	    "timeout", "setsid",
	"chrt", "stdbuf", "taskset", "numactl", "xvfb-run", "unshare", "script"
};

/* What a process is, beside the steps. */
enum place {
	ELSEWHERE, /* below something that starts no steps */
	DRIVER,	   /* its children are steps */
	LAUNCHER   /* the program it starts is what was meant */
};

struct finder {
	const struct pedigree_run_facts *facts;
	const struct pedigree_evlog *log;
	struct pedigree_log_steps *steps;
	PEDIGREE_VEC(struct pedigree_command_rule) rules;
	bool automatic;
	uint8_t *places;	      /* of processes */
	struct pedigree_map *by_pid;  /* host, pid: process + 1 */
	struct pedigree_map *written; /* a pipe: step + 1 that writes it */
	struct pedigree_map *read;    /* … and that reads it */
};

void pedigree_log_steps_clear(struct pedigree_log_steps *steps)
{
	for (size_t i = 0; i < steps->all.n; i++)
		pedigree_vec_clear(&steps->all.v[i].streams);
	pedigree_vec_clear(&steps->all);
	free(steps->of);
	memset(steps, 0, sizeof(*steps));
}

static void finder_clear(struct finder *finder)
{
	for (size_t i = 0; i < finder->rules.n; i++)
		pedigree_command_rule_clear(&finder->rules.v[i]);
	pedigree_vec_clear(&finder->rules);
	free(finder->places);
	pedigree_map_free(finder->by_pid);
	pedigree_map_free(finder->written);
	pedigree_map_free(finder->read);
}

static bool is(const char *word, const char *other)
{
	return word && strcmp(word, other) == 0;
}

bool pedigree_steps_wanted(const struct pedigree_run_facts *facts,
			   const struct pedigree_config *config)
{
	if (facts->deploy || !facts->steps || is(facts->steps, "no"))
		return false;
	if (is(facts->steps, "auto"))
		return true;
	for (size_t i = 0; i < pedigree_config_count(config); i++)
		if (pedigree_command_is_rule(config, "step", i))
			return true;
	return false;
}

static int read_rules(struct finder *finder,
		      const struct pedigree_config *config)
{
	for (size_t i = 0; i < pedigree_config_count(config); i++) {
		struct pedigree_command_rule rule, *place;

		if (!pedigree_command_is_rule(config, "step", i))
			continue;
		if (pedigree_command_rule_read(pedigree_config_at(config, i),
					       &rule) < 0)
			return PEDIGREE_ENOMEM;
		place = rule.n ? pedigree_vec_push(&finder->rules) : NULL;
		if (place)
			*place = rule;
		else
			pedigree_command_rule_clear(&rule);
		if (rule.n && !place)
			return PEDIGREE_ENOMEM;
	}
	return 0;
}

/* The interpreter of a script, else the program. */
static const char *image_of(const struct pedigree_process *process)
{
	const char *name = process->argc && process->args[0] ? process->args
							     : process->program;

	name = pedigree_command_base(name);
	return *name == '-' ? name + 1 : name; /* a login shell */
}

static bool is_one_of(const char *const *names, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

static enum place place_of(const struct pedigree_process *process)
{
	const char *name = image_of(process);

	if (is_one_of(shells, PEDIGREE_COUNT(shells), name))
		return DRIVER;
	if (is_one_of(launchers, PEDIGREE_COUNT(launchers), name))
		return LAUNCHER;
	return ELSEWHERE;
}

/* `sh -c TEXT`, as make has it: its programs are the steps. */
static bool is_inline(const struct pedigree_process *process)
{
	struct pedigree_command line;

	if (place_of(process) != DRIVER)
		return false;
	pedigree_command_of(process, &line);
	return line.n > 2 && line.args[1][0] == '-' && line.args[1][1] != '-' &&
	       strchr(line.args[1], 'c');
}

static void **at_pid(const struct finder *finder, uint32_t host, uint32_t pid)
{
	const uint32_t key[] = { host, pid };

	return pedigree_map_at(finder->by_pid, key, sizeof(key), NULL);
}

static uint32_t known_pid(const struct finder *finder, uint32_t host,
			  uint32_t pid)
{
	const uint32_t key[] = { host, pid };
	const void *found = pedigree_map_get(finder->by_pid, key, sizeof(key));

	return found ? (uint32_t)(uintptr_t)found - 1 : PEDIGREE_NONE;
}

static const char *rule_of(const struct finder *finder,
			   const struct pedigree_process *process)
{
	struct pedigree_command line;

	if (!finder->rules.n)
		return NULL;
	pedigree_command_of(process, &line);
	for (size_t i = 0; i < finder->rules.n; i++)
		if (pedigree_command_match(&finder->rules.v[i], &line))
			return finder->rules.v[i].name;
	return NULL;
}

static uint32_t root_of(const struct pedigree_log_steps *steps, uint32_t step)
{
	while (step != PEDIGREE_NONE && steps->all.v[step].into != step)
		step = steps->all.v[step].into;
	return step;
}

static int begin_step(struct finder *finder, uint32_t process, const char *rule,
		      uint64_t time_ns)
{
	struct pedigree_log_steps *steps = finder->steps;
	struct pedigree_log_step *step = pedigree_vec_push(&steps->all);
	struct pedigree_command line;
	const char *argv[4] = { NULL };

	if (!step)
		return PEDIGREE_ENOMEM;
	pedigree_command_of(&finder->log->processes[process], &line);
	for (size_t i = 0; i < line.n && i + 1 < PEDIGREE_COUNT(argv); i++)
		argv[i] = line.args[i];
	step->rule = rule;
	step->process = process;
	step->pid = finder->log->processes[process].pid;
	step->last_pid = step->pid;
	step->into = (uint32_t)(steps->all.n - 1);
	step->start_ns = time_ns;
	step->has_script = argv[0] && pedigree_command_has_script(argv);
	steps->of[process] = step->into;
	return 0;
}

/* Does a program that has no step by a rule yet begin one? */
static bool begins(const struct finder *finder, uint32_t before,
		   uint32_t parent, const char *rule)
{
	if (rule)
		return true;
	if (!finder->automatic)
		return false;
	/* `sh -c 'a; b'`: the shell becomes the last of its programs. */
	if (before != PEDIGREE_NONE && finder->places[before] == DRIVER)
		return true;
	return parent != PEDIGREE_NONE && finder->places[parent] == DRIVER;
}

/*
 * A program of no step that begins none. Shells that the command is, or is
 * made by `env` or `timeout`, are what the steps are the programs of.
 */
static enum place place_without(const struct finder *finder, uint32_t process,
				uint32_t before, uint32_t parent)
{
	const struct pedigree_process *self = &finder->log->processes[process];
	bool first = self->pid == finder->facts->pid ||
		     pedigree_map_count(finder->by_pid) <= 1;

	if (first ||
	    (before != PEDIGREE_NONE && finder->places[before] == LAUNCHER) ||
	    (parent != PEDIGREE_NONE && finder->places[parent] == LAUNCHER))
		return place_of(self);
	return ELSEWHERE;
}

/* A shell that becomes another one before all else is not a step of its own. */
static bool is_same_driver(const struct finder *finder, uint32_t process,
			   uint32_t before)
{
	return before != PEDIGREE_NONE && !finder->steps->all.n &&
	       !finder->log->processes[before].forked &&
	       finder->places[before] != ELSEWHERE &&
	       place_of(&finder->log->processes[process]) != ELSEWHERE;
}

static int on_program(struct finder *finder, uint32_t process, uint32_t before,
		      uint32_t parent, uint64_t time_ns)
{
	const struct pedigree_log_steps *steps = finder->steps;
	const char *rule = rule_of(finder, &finder->log->processes[process]);
	uint32_t from = before != PEDIGREE_NONE ? before : parent;
	uint32_t step = from != PEDIGREE_NONE ? steps->of[from] : PEDIGREE_NONE;

	if (step != PEDIGREE_NONE && (!rule || steps->all.v[step].rule)) {
		steps->of[process] = step;
		return 0;
	}
	if (step == PEDIGREE_NONE && !rule &&
	    begins(finder, before, parent, rule) &&
	    is_inline(&finder->log->processes[process])) {
		finder->places[process] = DRIVER;
		return 0;
	}
	if (step != PEDIGREE_NONE ||
	    (begins(finder, before, parent, rule) &&
	     (rule || !is_same_driver(finder, process, before)))) {
		/* What the fork of a shell did for it, such as `>file`. */
		if (step == PEDIGREE_NONE && before != PEDIGREE_NONE &&
		    finder->log->processes[before].forked)
			steps->of[before] = (uint32_t)steps->all.n;
		return begin_step(finder, process, rule, time_ns);
	}
	finder->places[process] =
		(uint8_t)place_without(finder, process, before, parent);
	return 0;
}

/* A forked child is what its parent is. */
static void on_fork(struct finder *finder, uint32_t process, uint32_t parent)
{
	const struct pedigree_process *self = &finder->log->processes[process];

	if (parent == PEDIGREE_NONE)
		parent = self->image;
	if (parent == PEDIGREE_NONE)
		return;
	finder->steps->of[process] = finder->steps->of[parent];
	finder->places[process] = finder->places[parent];
}

static int on_process(struct finder *finder, const struct pedigree_event *event)
{
	const struct pedigree_process *self =
		&finder->log->processes[event->process];
	uint32_t before = known_pid(finder, self->host, self->pid);
	uint32_t parent = known_pid(finder, self->host, self->ppid);
	void **place = at_pid(finder, self->host, self->pid);
	int r = 0;

	if (!place)
		return PEDIGREE_ENOMEM;
	if (event->type == PEDIGREE_EV_FORK)
		on_fork(finder, event->process, parent);
	else
		r = on_program(finder, event->process, before, parent,
			       event->time_ns);
	*place = (void *)(uintptr_t)(event->process + 1);
	return r;
}

/* Does `b` name a pipeline rather than `a`? A shell starts them in order. */
static bool names(const struct finder *finder,
		  const struct pedigree_log_step *a,
		  const struct pedigree_log_step *b)
{
	const struct pedigree_process *processes = finder->log->processes;

	if (a->rule || b->rule)
		return !a->rule;
	if (a->has_script != b->has_script)
		return b->has_script;
	return processes[b->process].pid < processes[a->process].pid;
}

/* Makes one step of two of a pipeline. */
static void merge(struct finder *finder, uint32_t a, uint32_t b)
{
	struct pedigree_log_steps *steps = finder->steps;
	struct pedigree_log_step *first, *second;

	a = root_of(steps, a);
	b = root_of(steps, b);
	if (a == b || (steps->all.v[a].rule && steps->all.v[b].rule))
		return;
	first = &steps->all.v[a < b ? a : b];
	second = &steps->all.v[a < b ? b : a];
	if (names(finder, first, second)) {
		first->process = second->process;
		first->has_script = second->has_script;
		first->rule = second->rule;
	}
	if (second->last_pid > first->last_pid)
		first->last_pid = second->last_pid;
	second->into = (uint32_t)(first - steps->all.v);
}

static int on_pipe(struct finder *finder, const struct pedigree_event *event,
		   uint32_t step)
{
	const char *pipe = event->text;
	bool writes = event->flags & PEDIGREE_F_WRITE;
	void **mine = pedigree_map_at(writes ? finder->written : finder->read,
				      pipe, strlen(pipe), NULL);
	const void *other = pedigree_map_get(
		writes ? finder->read : finder->written, pipe, strlen(pipe));

	if (!mine)
		return PEDIGREE_ENOMEM;
	*mine = (void *)(uintptr_t)(step + 1);
	if (other)
		merge(finder, (uint32_t)(uintptr_t)other - 1, step);
	return 0;
}

static bool is_inherited(const struct pedigree_run_facts *facts,
			 const char *path)
{
	for (size_t i = 0; i < facts->inherited.n; i++)
		if (strcmp(facts->inherited.v[i].path, path) == 0)
			return true;
	return false;
}

static int on_stream(struct finder *finder, const struct pedigree_event *event)
{
	uint32_t step = finder->steps->of[event->process];
	const struct pedigree_event **place;

	if (step == PEDIGREE_NONE)
		return 0;
	if (strncmp(event->text, PIPE, strlen(PIPE)) == 0)
		return on_pipe(finder, event, step);
	/* What its own programs are given is seen where they open it. */
	if (finder->log->processes[event->process].pid !=
		    finder->steps->all.v[step].pid ||
	    is_inherited(finder->facts, event->text))
		return 0;
	place = pedigree_vec_push(&finder->steps->all.v[step].streams);
	if (!place)
		return PEDIGREE_ENOMEM;
	*place = event;
	return 0;
}

/* The number may be another process's from now on. */
static void on_reaped(struct finder *finder, const struct pedigree_event *event)
{
	uint32_t host = finder->log->processes[event->process].host;
	const uint32_t key[] = { host, event->pid };
	uint32_t process = known_pid(finder, host, event->pid);
	struct pedigree_log_step *step;
	void **place;

	if (process == PEDIGREE_NONE)
		return;
	place = pedigree_map_at(finder->by_pid, key, sizeof(key), NULL);
	if (place)
		*place = NULL;
	if (finder->steps->of[process] == PEDIGREE_NONE)
		return;
	step = &finder->steps->all.v[finder->steps->of[process]];
	if (step->pid != event->pid)
		return;
	step->reaped = true;
	step->end_seq = event->seq;
	step->status = event->number;
	step->last_ns = event->time_ns;
}

static int on_event(struct finder *finder, const struct pedigree_event *event)
{
	struct pedigree_log_step *step;
	int r = 0;

	if (event->process >= finder->log->n_processes)
		return 0;
	if (event->type == PEDIGREE_EV_PROCESS ||
	    event->type == PEDIGREE_EV_FORK)
		r = on_process(finder, event);
	else if (event->type == PEDIGREE_EV_STREAM)
		r = on_stream(finder, event);
	else if (event->type == PEDIGREE_EV_REAPED)
		on_reaped(finder, event);
	if (r < 0 || finder->steps->of[event->process] == PEDIGREE_NONE)
		return r;
	step = &finder->steps->all.v[finder->steps->of[event->process]];
	if (event->time_ns > step->last_ns)
		step->last_ns = event->time_ns;
	step->left |= event->type == PEDIGREE_EV_EXIT &&
		      finder->log->processes[event->process].pid == step->pid;
	return 0;
}

/* A pipeline is over with all of its programs, and ends as its last did. */
static void join_parts(struct pedigree_log_steps *steps)
{
	for (uint32_t i = 0; i < steps->all.n; i++) {
		const struct pedigree_log_step *part = &steps->all.v[i];
		struct pedigree_log_step *whole =
			&steps->all.v[root_of(steps, i)];

		if (part == whole)
			continue;
		if (part->last_ns > whole->last_ns)
			whole->last_ns = part->last_ns;
		if (!whole->end_seq || !part->end_seq)
			whole->end_seq = 0;
		else if (part->end_seq > whole->end_seq)
			whole->end_seq = part->end_seq;
		if (part->pid != whole->last_pid)
			continue;
		whole->reaped = part->reaped;
		whole->status = part->status;
		whole->left = part->left;
	}
}

static int find(struct finder *finder, const struct pedigree_config *config)
{
	const struct pedigree_evlog *log = finder->log;
	struct pedigree_log_steps *steps = finder->steps;
	int r = 0;

	finder->automatic = is(finder->facts->steps, "auto");
	finder->places = calloc(log->n_processes + 1, 1);
	finder->by_pid = pedigree_map_new();
	finder->written = pedigree_map_new();
	finder->read = pedigree_map_new();
	steps->of = malloc((log->n_processes + 1) * sizeof(*steps->of));
	if (!finder->places || !finder->by_pid || !finder->written ||
	    !finder->read || !steps->of)
		return PEDIGREE_ENOMEM;
	memset(steps->of, 0xff, (log->n_processes + 1) * sizeof(*steps->of));
	r = read_rules(finder, config);
	for (size_t i = 0; r == 0 && i < log->n_events; i++)
		r = on_event(finder, &log->events[i]);
	if (r < 0)
		return r;
	join_parts(steps);
	for (size_t i = 0; i < log->n_events; i++) {
		uint32_t step = pedigree_log_step_of(steps, &log->events[i]);

		if (step != PEDIGREE_NONE)
			steps->all.v[step].n_events++;
	}
	return 0;
}

uint32_t pedigree_log_step_of(const struct pedigree_log_steps *steps,
			      const struct pedigree_event *event)
{
	if (!steps->all.n || event->process == PEDIGREE_NONE)
		return PEDIGREE_NONE;
	return root_of(steps, steps->of[event->process]);
}

int pedigree_log_steps_find(const struct pedigree_run_facts *facts,
			    const struct pedigree_evlog *log,
			    const struct pedigree_config *config,
			    struct pedigree_log_steps *ret)
{
	_cleanup_(finder_clear) struct finder finder = {
		.facts = facts,
		.log = log,
		.steps = ret,
	};
	int r;

	*ret = (struct pedigree_log_steps){ 0 };
	if (!pedigree_steps_wanted(facts, config))
		return 0;
	r = find(&finder, config);
	if (r < 0)
		pedigree_log_steps_clear(ret);
	return r;
}
