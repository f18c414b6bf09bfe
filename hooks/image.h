/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a loaded library says of itself in memory, without the loader's locks.
 * Only within a callback of dl_iterate_phdr, while it cannot go.
 */
#ifndef PEDIGREE_IMAGE_H
#define PEDIGREE_IMAGE_H

#include <link.h>
#include <stdbool.h>
#include <stdint.h>

struct pedigree_image_file {
	uintptr_t base;
	uintptr_t start, size;	   /* of its image */
	const ElfW(Dyn) * dynamic; /* NULL: it has none */
	const char *path;
};

void pedigree_image_of(const struct dl_phdr_info *info,
		       struct pedigree_image_file *ret_image);

/* The address of a function that the image exports; NULL: it has none. */
void *pedigree_image_function(const struct pedigree_image_file *image,
			      const char *name);

/* Does a note say that the image was made by Go, whose runtime calls the
   kernel past libc? */
bool pedigree_image_is_go(const struct dl_phdr_info *info);

/* True when `image` names `library` as one it was linked to. */
bool pedigree_image_needs(const struct pedigree_image_file *image,
			  const struct pedigree_image_file *library);

#endif
