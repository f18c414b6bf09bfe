/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "hooks/late.h"

#include <link.h>
#include <stdbool.h>
#include <string.h>

#include "hooks/image.h"
#include "hooks/loaded.h"

static _Atomic uint32_t generation = 1; /* libraries were closed since */
static _Atomic uint32_t closing;	/* calls of dlclose under way */

void pedigree_late_closing(void)
{
	atomic_fetch_add(&closing, 1);
}

void pedigree_late_closed(void)
{
	atomic_fetch_add(&generation, 1);
	atomic_fetch_sub(&closing, 1);
}

/* True when the object points into an image: it was made there. */
static bool is_maker(const struct pedigree_late_call *call, uintptr_t start,
		     uintptr_t size)
{
	const uintptr_t *word = call->object;

	for (size_t i = 0; word && i < call->words; i++)
		if (word[i] - start < size)
			return true;
	return false;
}

static void *known(struct pedigree_late_place *place,
		   const struct pedigree_late_call *call)
{
	uint32_t seq = atomic_load_explicit(&place->seq, memory_order_acquire);
	uintptr_t start, size, real;

	if (atomic_load_explicit(&place->generation, memory_order_relaxed) !=
		    atomic_load_explicit(&generation, memory_order_relaxed) ||
	    seq & 1)
		return NULL;
	start = atomic_load_explicit(&place->start, memory_order_relaxed);
	size = atomic_load_explicit(&place->size, memory_order_relaxed);
	real = atomic_load_explicit(&place->real, memory_order_relaxed);
	atomic_thread_fence(memory_order_acquire);
	if (atomic_load_explicit(&place->seq, memory_order_relaxed) != seq)
		return NULL;
	return is_maker(call, start, size) ? (void *)real : NULL;
}

/* What is being looked for, and the best that was found. */
struct search {
	const char *name;
	const struct pedigree_late_call *call;
	unsigned long long nth; /* of the objects, in the order of loading */
	struct pedigree_image_file caller;
	enum {
		NOTHING,
		ANY,
		NEEDED,
		FIRST,
		MAKER
	} rank;
	struct pedigree_image_file found;
	void *real;
};

static int look_for_caller(struct dl_phdr_info *info, size_t size, void *at)
{
	struct search *search = at;
	uintptr_t caller = (uintptr_t)search->call->caller;

	(void)size;
	pedigree_image_of(info, &search->caller);
	if (caller - search->caller.start < search->caller.size)
		return 1;
	search->caller.dynamic = NULL;
	return 0;
}

/* An early library beats a late one; of equals the first does. */
static int rank_of(const struct search *search,
		   const struct pedigree_image_file *image,
		   unsigned long long nth)
{
	if (is_maker(search->call, image->start, image->size))
		return MAKER;
	if (nth < pedigree_loaded_at_start())
		return FIRST;
	if (pedigree_image_needs(&search->caller, image))
		return NEEDED;
	return ANY;
}

static int look_for_function(struct dl_phdr_info *info, size_t size, void *at)
{
	struct search *search = at;
	unsigned long long nth = search->nth++;
	struct pedigree_image_file image;
	void *real;
	int rank;

	(void)size;
	pedigree_image_of(info, &image);
	if (!image.dynamic || (uintptr_t)&generation - image.start < image.size)
		return 0;
	real = pedigree_image_function(&image, search->name);
	if (!real)
		return 0;
	rank = rank_of(search, &image, nth);
	if (rank <= (int)search->rank)
		return 0;
	search->rank = rank;
	search->found = image;
	search->real = real;
	return rank == MAKER;
}

static void keep(struct pedigree_late *late, const struct search *search,
		 uint32_t now)
{
	struct pedigree_late_place *place = &late->places[0];
	uint32_t seq;

	/* The second place is for a second version of the library. */
	if (atomic_load_explicit(&place->generation, memory_order_relaxed) ==
	    now)
		place++;
	seq = atomic_load_explicit(&place->seq, memory_order_relaxed);
	if (seq & 1 ||
	    !atomic_compare_exchange_strong(&place->seq, &seq, seq + 1))
		return;
	atomic_store_explicit(&place->start, search->found.start,
			      memory_order_relaxed);
	atomic_store_explicit(&place->size, search->found.size,
			      memory_order_relaxed);
	atomic_store_explicit(&place->real, (uintptr_t)search->real,
			      memory_order_relaxed);
	atomic_store_explicit(&place->generation, now, memory_order_relaxed);
	atomic_store_explicit(&place->seq, seq + 2, memory_order_release);
}

static __attribute__((noinline)) void *
look(struct pedigree_late *late, const char *name,
     const struct pedigree_late_call *call)
{
	uint32_t now = atomic_load(&generation);
	struct search search = { .name = name, .call = call };

	dl_iterate_phdr(look_for_caller, &search);
	dl_iterate_phdr(look_for_function, &search);
	if (search.rank == MAKER && !atomic_load(&closing))
		keep(late, &search, now);
	return search.real;
}

void *pedigree_late_find(struct pedigree_late *late, const char *name,
			 const struct pedigree_late_call *call)
{
	if (!atomic_load_explicit(&closing, memory_order_relaxed))
		for (int i = 0; i < 2; i++) {
			void *real = known(&late->places[i], call);

			if (real)
				return real;
		}
	return look(late, name, call);
}
