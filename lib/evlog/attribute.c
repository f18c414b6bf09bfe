/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which process wrote a chunk. A chunk names its writer's frame; where that
 * frame is lost, the pid is what remains.
 */
#include "config.h"

#include "base/err.h"
#include "evlog/raw.h"

struct key {
	uint32_t pid;
	uint32_t index; /* of a process or a writer */
	uint64_t seq;
};

static int compare(const void *a, const void *b)
{
	const struct key *x = a, *y = b;

	if (x->pid != y->pid)
		return x->pid < y->pid ? -1 : 1;
	return x->seq < y->seq ? -1 : x->seq > y->seq;
}

/* The pid may differ: a vfork child writes as its parent. */
static bool by_reference(struct pedigree_raw *raw,
			 struct pedigree_raw_writer *writer)
{
	uint32_t at = pedigree_raw_find(raw->processes.v, raw->processes.n,
					sizeof(*raw->processes.v), writer->ref);

	if (at == PEDIGREE_NONE)
		return false;
	writer->process = (uint32_t)raw->first_process + at;
	return true;
}

static struct key *sorted_processes(const struct pedigree_raw *raw)
{
	size_t n = raw->processes.n;
	const struct pedigree_process *process;
	struct key *keys = malloc((n + 1) * sizeof(*keys));

	if (!keys || !n)
		return keys;
	process = raw->parts->processes.v + raw->first_process;
	for (size_t i = 0; i < n; i++)
		keys[i] = (struct key){
			.pid = process[i].pid,
			.index = (uint32_t)(raw->first_process + i),
			.seq = raw->processes.v[i].seq,
		};
	qsort(keys, n, sizeof(*keys), compare);
	return keys;
}

/* A process of which only the pid is known. */
static int invent(struct pedigree_raw *raw, uint32_t pid, uint32_t *ret,
		  struct pedigree_error *err)
{
	struct pedigree_process *process =
		pedigree_vec_push(&raw->parts->processes);

	if (!process)
		return pedigree_fail_memory(err);
	process->pid = pid;
	process->host = raw->host;
	process->image = PEDIGREE_NONE;
	process->cwd = PEDIGREE_NONE;
	process->program = "";
	process->args = "";
	*ret = (uint32_t)(raw->parts->processes.n - 1);
	return 0;
}

/*
 * Both arrays are sorted: the last process of that pid before the writer. A
 * thread may have written while another one was telling who the process is:
 * then there is one behind it only.
 */
static int by_pid(struct pedigree_raw *raw, const struct key *lost, size_t n,
		  struct pedigree_error *err)
{
	_cleanup_free_ struct key *known = sorted_processes(raw);
	uint32_t invented = PEDIGREE_NONE;
	size_t next = 0;

	if (!known)
		return pedigree_fail_memory(err);
	for (size_t i = 0; i < n; i++) {
		uint32_t *process = &raw->writers.v[lost[i].index].process;

		while (next < raw->processes.n &&
		       compare(&known[next], &lost[i]) <= 0)
			next++;
		if (next && known[next - 1].pid == lost[i].pid) {
			*process = known[next - 1].index;
			continue;
		}
		if (next < raw->processes.n && known[next].pid == lost[i].pid) {
			*process = known[next].index;
			continue;
		}
		if (!i || lost[i - 1].pid != lost[i].pid)
			invented = PEDIGREE_NONE;
		if (invented == PEDIGREE_NONE) {
			int result = invent(raw, lost[i].pid, &invented, err);

			if (result < 0)
				return result;
		}
		if (!raw->writers.v[lost[i].index].ref &&
		    lost[i].seq <= raw->limit)
			raw->loss.bad_frames++;
		*process = invented;
	}
	return 0;
}

int pedigree_raw_attribute(struct pedigree_raw *raw, struct pedigree_error *err)
{
	PEDIGREE_VEC(struct key) lost = { 0 };
	int result = 0;

	for (size_t i = 0; i < raw->writers.n && result == 0; i++) {
		struct pedigree_raw_writer *writer = &raw->writers.v[i];
		struct key *key;

		/* One that wrote nothing (yet) is nobody's. */
		if (!writer->seq || by_reference(raw, writer))
			continue;
		key = pedigree_vec_push(&lost);
		if (!key) {
			result = pedigree_fail_memory(err);
			break;
		}
		*key = (struct key){ writer->pid, (uint32_t)i, writer->seq };
		/* Without a reference, the pid was meant to be enough. */
		if (writer->ref && writer->seq <= raw->limit)
			raw->loss.bad_frames++;
	}
	if (result == 0 && lost.n) {
		qsort(lost.v, lost.n, sizeof(*lost.v), compare);
		result = by_pid(raw, lost.v, lost.n, err);
	}
	pedigree_vec_clear(&lost);
	return result;
}
