/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether this process is captured, and whether it is still the process it
 * was.
 */
#ifndef PEDIGREE_GATE_H
#define PEDIGREE_GATE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * A word in a page that fork wipes. A vfork child shares it with its parent,
 * as it shares everything but cwd and descriptors.
 */
enum {
	PEDIGREE_GATE_WIPED = 0, /* before start-up, or a forked child */
	PEDIGREE_GATE_BUSY,	 /* one thread clears up after a fork */
	PEDIGREE_GATE_OPEN,
};

extern _Atomic uint32_t *pedigree_gate;
extern char pedigree_fork_pages[];

/* The path the loader found us by, as it stands in LD_PRELOAD. */
extern const char *pedigree_gate_self;
/* The folder in it, without the last slash. */
extern size_t pedigree_gate_folder_n;

/* Whose process this is, as it started. */
extern unsigned long pedigree_gate_uid;

bool pedigree_gate_slow(void);

/*
 * True in a process of a run, also in a forked child that has written
 * nothing yet and shall not for this question's sake.
 */
bool pedigree_gate_is_captured(void);

/* True when an event may be written. The only way a hook may begin one. */
static inline bool pedigree_gate_on(void)
{
	return __builtin_expect(atomic_load_explicit(pedigree_gate,
						     memory_order_acquire) ==
					PEDIGREE_GATE_OPEN,
				1) ||
	       pedigree_gate_slow();
}

/*
 * True in a vfork child: what it does to its cwd and descriptors is not the
 * business of the memory it runs in. Costs a system call.
 */
bool pedigree_gate_is_guest(void);

/*
 * True when a forked child has nothing of its own in the log (its gate was
 * never passed).
 */
static inline bool pedigree_gate_is_untouched(void)
{
	return atomic_load_explicit(pedigree_gate, memory_order_acquire) !=
	       PEDIGREE_GATE_OPEN;
}

#endif
