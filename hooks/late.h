/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The functions behind the hooks of TLS and HTTP/2 libraries. Such a library
 * may come late with dlopen, be there twice in different versions, and go
 * again. The real function is looked for in the library that made the object
 * a hook was called with: the first words of a session point to constants of
 * its maker.
 *
 * Where that does not tell (NULL, a layout unknown), it is the library that
 * the loader would have bound the caller to: the first with such a function
 * that was there at the program's start, then one that the caller says it
 * needs, then any.
 */
#ifndef PEDIGREE_LATE_H
#define PEDIGREE_LATE_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

/* One answer. `seq` is odd while it is written, by one thread. */
struct pedigree_late_place {
	_Atomic uint32_t seq;
	_Atomic uint32_t generation;
	_Atomic uintptr_t start, size; /* of the library's image */
	_Atomic uintptr_t real;
};

/* What is known of one function. All zero: nothing. */
struct pedigree_late {
	struct pedigree_late_place places[2];
};

/* An object of a library, of at least `words` readable words, or NULL; and
   who called, an address in its code. */
struct pedigree_late_call {
	const void *object;
	size_t words;
	const void *caller;
};

/*
 * The function's address; NULL when no library has it. Takes the lock of
 * dl_iterate_phdr when the answer is not known yet, as exceptions of C++ do.
 */
void *pedigree_late_find(struct pedigree_late *late, const char *name,
			 const struct pedigree_late_call *call);

/* In a hook: the address of the function it stands before. */
#define PEDIGREE_LATE_FIND(name, of, n) \
	({ \
		static struct pedigree_late late; \
		const struct pedigree_late_call call = { \
			.object = (of), \
			.words = (n), \
			.caller = __builtin_return_address(0), \
		}; \
		pedigree_late_find(&late, #name, &call); \
	})

/* In a hook pedigree_NAME: that function. */
#define PEDIGREE_LATE_REAL(name, of, n) \
	((__typeof__(&pedigree_##name))PEDIGREE_LATE_FIND(name, of, n))

/* Behind it: exports it as a version of NAME, as late.def has them. */
#define PEDIGREE_LATE_AS(name, tag, version) \
	extern __typeof__(pedigree_##name) pedigree_##name##_##tag \
		__attribute__((alias("pedigree_" #name), \
			       visibility("default"))); \
	__asm__(".symver pedigree_" #name "_" #tag "," #name "@" version \
		",remove");

/* Around dlclose: what was known may be gone. */
void pedigree_late_closing(void);
void pedigree_late_closed(void);

#endif
