/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "hooks/image.h"

#include <elf.h>
#include <stddef.h>
#include <string.h>

void pedigree_image_of(const struct dl_phdr_info *info,
		       struct pedigree_image_file *ret_image)
{
	uintptr_t first = UINTPTR_MAX, last = 0;

	*ret_image = (struct pedigree_image_file){
		.base = info->dlpi_addr,
		.path = info->dlpi_name,
	};
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *head = &info->dlpi_phdr[i];
		uintptr_t start = info->dlpi_addr + head->p_vaddr;

		if (head->p_type == PT_DYNAMIC)
			ret_image->dynamic = (const ElfW(Dyn) *)start;
		if (head->p_type != PT_LOAD)
			continue;
		if (start < first)
			first = start;
		if (start + head->p_memsz > last)
			last = start + head->p_memsz;
	}
	if (last > first) {
		ret_image->start = first;
		ret_image->size = last - first;
	}
}

static bool is_mapped(const struct dl_phdr_info *info, const ElfW(Phdr) * part)
{
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *load = &info->dlpi_phdr[i];

		if (load->p_type == PT_LOAD && load->p_flags & PF_R &&
		    part->p_vaddr >= load->p_vaddr &&
		    part->p_vaddr - load->p_vaddr <= load->p_filesz &&
		    part->p_filesz <=
			    load->p_filesz - (part->p_vaddr - load->p_vaddr))
			return true;
	}
	return false;
}

static bool has_go_note(const char *notes, size_t n, size_t align)
{
	static const char owner[4] = "Go";
	const ElfW(Nhdr) * note;
	size_t at = 0;

	while (n - at >= sizeof(*note)) {
		note = (const ElfW(Nhdr) *)(notes + at);
		at += sizeof(*note);
		if (note->n_namesz == sizeof(owner) &&
		    n - at >= sizeof(owner) &&
		    !memcmp(notes + at, owner, sizeof(owner)))
			return true;
		at += ((size_t)note->n_namesz + 3) & ~(size_t)3;
		if (at > n)
			return false;
		at += ((size_t)note->n_descsz + align - 1) & ~(align - 1);
		if (at > n)
			return false;
	}
	return false;
}

bool pedigree_image_is_go(const struct dl_phdr_info *info)
{
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *part = &info->dlpi_phdr[i];

		if (part->p_type == PT_NOTE && part->p_vaddr % 4 == 0 &&
		    is_mapped(info, part) &&
		    has_go_note((const char *)info->dlpi_addr + part->p_vaddr,
				part->p_filesz, part->p_align == 8 ? 8 : 4))
			return true;
	}
	return false;
}

/* A value of the dynamic section; `fallback` when it is not there. */
static uintptr_t value_of(const struct pedigree_image_file *image,
			  ElfW(Sxword) tag, uintptr_t fallback)
{
	const ElfW(Dyn) *entry = image->dynamic;

	for (; entry && entry->d_tag != DT_NULL; entry++)
		if (entry->d_tag == tag)
			return entry->d_un.d_val;
	return fallback;
}

/* The same for an address, which only some loaders make absolute. */
static const void *address_of(const struct pedigree_image_file *image,
			      ElfW(Sxword) tag)
{
	uintptr_t value = value_of(image, tag, 0);

	if (value && value - image->start >= image->size)
		value += image->base;
	return value - image->start < image->size ? (const void *)value : NULL;
}

static bool is_function(const struct pedigree_image_file *image,
			const ElfW(Sym) * symbol, const char *name)
{
	const char *texts = address_of(image, DT_STRTAB);

	return texts && symbol->st_shndx != SHN_UNDEF &&
	       ELF64_ST_TYPE(symbol->st_info) == STT_FUNC &&
	       !strcmp(texts + symbol->st_name, name);
}

static const ElfW(Sym) * find_gnu(const struct pedigree_image_file *image,
				  const uint32_t *table, const char *name)
{
	uint32_t buckets_n = table[0], offset = table[1], bloom_n = table[2];
	const ElfW(Sym) *symbols = address_of(image, DT_SYMTAB);
	const uint32_t *buckets =
		(const uint32_t *)((const ElfW(Addr) *)(table + 4) + bloom_n);
	const uint32_t *chain = buckets + buckets_n;
	uint32_t hash = 5381, i;

	for (const char *at = name; *at; at++)
		hash = hash * 33 + (unsigned char)*at;
	i = buckets_n && symbols ? buckets[hash % buckets_n] : 0;
	if (i < offset || !i)
		return NULL;
	for (;; i++) {
		uint32_t entry = chain[i - offset];

		if ((entry | 1) == (hash | 1) &&
		    is_function(image, &symbols[i], name))
			return &symbols[i];
		if (entry & 1)
			return NULL;
	}
}

/* Of the hash table of old only the number of symbols is taken: such
   libraries are few, and are asked once. */
static const ElfW(Sym) * find_old(const struct pedigree_image_file *image,
				  const uint32_t *table, const char *name)
{
	const ElfW(Sym) *symbols = address_of(image, DT_SYMTAB);

	for (uint32_t i = 1; symbols && i < table[1]; i++)
		if (is_function(image, &symbols[i], name))
			return &symbols[i];
	return NULL;
}

void *pedigree_image_function(const struct pedigree_image_file *image,
			      const char *name)
{
	const uint32_t *table = address_of(image, DT_GNU_HASH);
	const ElfW(Sym) *symbol = NULL;

	if (table) {
		symbol = find_gnu(image, table, name);
	} else {
		table = address_of(image, DT_HASH);
		if (table)
			symbol = find_old(image, table, name);
	}
	return symbol ? (void *)(image->base + symbol->st_value) : NULL;
}

static const char *name_of(const struct pedigree_image_file *image)
{
	uintptr_t at = value_of(image, DT_SONAME, UINTPTR_MAX);
	const char *texts = address_of(image, DT_STRTAB);
	const char *slash;

	if (texts && at != UINTPTR_MAX)
		return texts + at;
	slash = image->path ? strrchr(image->path, '/') : NULL;
	return slash ? slash + 1 : "";
}

bool pedigree_image_needs(const struct pedigree_image_file *image,
			  const struct pedigree_image_file *library)
{
	const char *name = name_of(library);
	const char *texts = address_of(image, DT_STRTAB);
	const ElfW(Dyn) *entry = image->dynamic;

	for (; texts && entry && entry->d_tag != DT_NULL; entry++)
		if (entry->d_tag == DT_NEEDED &&
		    !strcmp(texts + entry->d_un.d_val, name))
			return true;
	return false;
}
