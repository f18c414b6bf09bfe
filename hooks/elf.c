/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "hooks/elf.h"

#include <elf.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hooks/env.h"
#include "hooks/gate.h"
#include "hooks/log.h"
#include "hooks/paths.h"
#include "hooks/scratch.h"
#include "hooks/seen.h"
#include "hooks/sys.h"

#define SCRIPTS 4    /* as many as the kernel follows */
#define HEADERS 64u  /* program headers, more than any linker writes */
#define ENTRIES 512u /* of the dynamic section */

#if defined(__x86_64__)
#define OUR_MACHINE EM_X86_64
#elif defined(__aarch64__)
#define OUR_MACHINE EM_AARCH64
#endif

/* A program being looked at. */
struct program {
	long fd;
	char *scratch;
	Elf64_Ehdr head;
	Elf64_Phdr interpreter;
	Elf64_Phdr dynamic;
};

static bool read_at(const struct program *program, void *to, size_t n,
		    uint64_t at)
{
	return at < INT64_MAX &&
	       pedigree_sys(SYS_pread64, program->fd, to, n, at) == (long)n;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* The loader that brought us up; NULL when it was started by hand. */
static const char *our_loader(void)
{
	const Elf64_Phdr *headers = (const Elf64_Phdr *)getauxval(AT_PHDR);
	unsigned long n = getauxval(AT_PHNUM);
	uint64_t slide = 0;

	for (unsigned long i = 0; headers && i < n; i++)
		if (headers[i].p_type == PT_PHDR)
			slide = (uint64_t)headers - headers[i].p_vaddr;
	for (unsigned long i = 0; headers && i < n; i++)
		if (headers[i].p_type == PT_INTERP)
			return (const char *)(slide + headers[i].p_vaddr);
	return NULL;
}

static bool is_our_loader(const char *path)
{
	const char *ours = our_loader();

	return !ours || !strcmp(base_name(path), base_name(ours));
}

static bool header(const struct program *program, unsigned int i,
		   Elf64_Phdr *ret_header)
{
	return read_at(program, ret_header, sizeof(*ret_header),
		       program->head.e_phoff + i * sizeof(*ret_header));
}

/* Where an address of the program lies in its file; 0: nowhere. */
static uint64_t offset_of(const struct program *program, uint64_t address)
{
	Elf64_Phdr load;

	for (unsigned int i = 0; i < program->head.e_phnum && i < HEADERS; i++)
		if (header(program, i, &load) && load.p_type == PT_LOAD &&
		    address >= load.p_vaddr &&
		    address - load.p_vaddr < load.p_filesz)
			return address - load.p_vaddr + load.p_offset;
	return 0;
}

static uint64_t dynamic_value(const struct program *program, int64_t tag)
{
	Elf64_Dyn entry;

	for (unsigned int i = 0; i < ENTRIES; i++) {
		if (!read_at(program, &entry, sizeof(entry),
			     program->dynamic.p_offset + i * sizeof(entry)) ||
		    entry.d_tag == DT_NULL)
			break;
		if (entry.d_tag == tag)
			return entry.d_un.d_val;
	}
	return 0;
}

/* The runtime of a sanitizer that must come before everything else. */
static bool is_sanitizer(const char *name)
{
	return !strncmp(name, "libasan.so", 10) ||
	       !strncmp(name, "libclang_rt.asan", 16);
}

static bool needs_sanitizer(const struct program *program)
{
	uint64_t strings =
		offset_of(program, dynamic_value(program, DT_STRTAB));
	char name[17];
	Elf64_Dyn entry;

	if (!strings)
		return false;
	for (unsigned int i = 0; i < ENTRIES; i++) {
		if (!read_at(program, &entry, sizeof(entry),
			     program->dynamic.p_offset + i * sizeof(entry)) ||
		    entry.d_tag == DT_NULL)
			return false;
		if (entry.d_tag != DT_NEEDED)
			continue;
		memset(name, 0, sizeof(name));
		pedigree_sys(SYS_pread64, program->fd, name, sizeof(name) - 1,
			     strings + entry.d_un.d_val);
		if (is_sanitizer(name))
			return true;
	}
	return false;
}

static bool reads_loader(const struct program *program)
{
	size_t n = program->interpreter.p_filesz;

	if (!n || n >= PEDIGREE_SCRATCH_SIZE ||
	    !read_at(program, program->scratch, n,
		     program->interpreter.p_offset))
		return false;
	program->scratch[n] = 0;
	return true;
}

static uint8_t elf_kind(struct program *program, const char *path)
{
	const Elf64_Ehdr *head = &program->head;
	Elf64_Phdr found;

	if (head->e_ident[EI_CLASS] != ELFCLASS64 ||
	    head->e_machine != OUR_MACHINE ||
	    head->e_phentsize != sizeof(found))
		return PEDIGREE_BLIND_FOREIGN;
	for (unsigned int i = 0; i < head->e_phnum && i < HEADERS; i++) {
		if (!header(program, i, &found))
			break;
		if (found.p_type == PT_INTERP)
			program->interpreter = found;
		if (found.p_type == PT_DYNAMIC)
			program->dynamic = found;
	}
	/* The loader itself, started by hand, loads what we ask for. */
	if (!program->interpreter.p_filesz)
		return our_loader() && is_our_loader(path)
			       ? PEDIGREE_PROGRAM_ORDINARY
			       : PEDIGREE_BLIND_STATIC;
	if (!reads_loader(program) || !is_our_loader(program->scratch))
		return PEDIGREE_BLIND_FOREIGN;
	return needs_sanitizer(program) ? PEDIGREE_BLIND_SANITIZED
					: PEDIGREE_PROGRAM_ORDINARY;
}

/* The interpreter of a script whose first bytes are in `line`, ended. */
static const char *script_interpreter(char *line)
{
	line += 2;
	while (*line == ' ' || *line == '\t')
		line++;
	line[strcspn(line, " \t\n")] = 0;
	return line;
}

static uint8_t kind_of(int dirfd, const char *path, int flags, int depth);

static uint8_t open_kind(struct program *program, const char *path, int depth)
{
	long n = pedigree_sys(SYS_pread64, program->fd, program->scratch, 512,
			      0);

	if (n >= 2 && !memcmp(program->scratch, "#!", 2)) {
		program->scratch[n] = 0;
		return depth < SCRIPTS
			       ? kind_of(AT_FDCWD,
					 script_interpreter(program->scratch),
					 0, depth + 1)
			       : PEDIGREE_PROGRAM_ORDINARY;
	}
	if (n < (long)sizeof(program->head) ||
	    memcmp(program->scratch, ELFMAG, SELFMAG))
		return PEDIGREE_PROGRAM_ORDINARY;
	memcpy(&program->head, program->scratch, sizeof(program->head));
	return elf_kind(program, path);
}

static long open_program(int dirfd, const char *path, int flags)
{
	char link[PEDIGREE_FD_LINK];

	if (flags & AT_EMPTY_PATH && !*path) {
		pedigree_fd_link(dirfd, link);
		dirfd = AT_FDCWD;
		path = link;
	}
	return pedigree_sys(SYS_openat, dirfd, path,
			    O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
}

/* A program that may not be read is taken for an ordinary one. */
static uint8_t file_kind(int dirfd, const char *path, int flags, int depth)
{
	_cleanup_scratch_ char *scratch = pedigree_scratch_get();
	struct program program = {
		.fd = scratch ? open_program(dirfd, path, flags) : -1,
		.scratch = scratch,
	};
	uint8_t kind = PEDIGREE_PROGRAM_ORDINARY;
	char capability;

	if (program.fd < 0)
		return kind;
	kind = open_kind(&program, path, depth);
	/* To root, capabilities of a file add nothing. */
	if (pedigree_gate_uid &&
	    pedigree_sys(SYS_fgetxattr, program.fd, "security.capability",
			 &capability, 0) > 0)
		kind = PEDIGREE_BLIND_PRIVILEGED;
	pedigree_sys(SYS_close, program.fd);
	return kind;
}

/* As the kernel judges it: bits that change nothing do not count. */
static bool changes_ids(const struct stat *found)
{
	const unsigned int group = S_ISGID | S_IXGRP;

	return (found->st_mode & S_ISUID &&
		found->st_uid != (uid_t)pedigree_sys(SYS_getuid)) ||
	       ((found->st_mode & group) == group &&
		found->st_gid != (gid_t)pedigree_sys(SYS_getgid));
}

static uint8_t kind_of(int dirfd, const char *path, int flags, int depth)
{
	uint64_t words[4], key, known;
	_Atomic uint64_t *entry;
	struct stat found;
	uint8_t kind;

	if (pedigree_sys(SYS_newfstatat, dirfd, path, &found, flags) ||
	    !S_ISREG(found.st_mode))
		return PEDIGREE_PROGRAM_NONE;
	if (found.st_mode & (S_ISUID | S_ISGID) && changes_ids(&found))
		return PEDIGREE_BLIND_PRIVILEGED;
	words[0] = found.st_dev;
	words[1] = found.st_ino;
	words[2] = (uint64_t)found.st_ctim.tv_sec * 1000000000u +
		   (uint64_t)found.st_ctim.tv_nsec;
	words[3] = pedigree_gate_uid;
	key = pedigree_seen_hash(0, (const char *)words, sizeof(words));
	entry = pedigree_log_counter(
		exec_cache[(key >> 8) % PEDIGREE_EXEC_CACHE]);
	known = atomic_load_explicit(entry, memory_order_relaxed);
	if ((known ^ key) >> 8 == 0 && known & 255)
		return (uint8_t)known;
	kind = file_kind(dirfd, path, flags, depth);
	if (kind)
		atomic_store_explicit(entry, (key & ~UINT64_C(255)) | kind,
				      memory_order_relaxed);
	return kind;
}

uint8_t pedigree_elf_kind(int dirfd, const char *path, int flags)
{
	return kind_of(dirfd, path, flags, 0);
}

static bool is_program(const char *path)
{
	struct stat found;

	return !pedigree_sys(SYS_newfstatat, AT_FDCWD, path, &found, 0) &&
	       S_ISREG(found.st_mode) && found.st_mode & 0111;
}

const char *pedigree_elf_search(const char *file, char *scratch)
{
	const char *folders = pedigree_env_get("PATH");
	size_t file_n, n;

	if (!scratch || !*file || strchr(file, '/'))
		return file;
	if (!folders)
		folders = "/bin:/usr/bin";
	file_n = strlen(file) + 1;
	for (;; folders += n + 1) {
		n = strcspn(folders, ":");
		if (n + 1 + file_n <= PEDIGREE_SCRATCH_SIZE) {
			memcpy(scratch, folders, n);
			scratch[n] = '/';
			memcpy(scratch + n + 1, file, file_n);
			/* An empty one is the cwd. */
			if (is_program(scratch + !n))
				return scratch + !n;
		}
		if (!folders[n])
			return file;
	}
}
