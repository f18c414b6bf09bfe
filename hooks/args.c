/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "hooks/args.h"

#include <fcntl.h>
#include <stdbool.h>
#include <string.h>

#include "hooks/gate.h"
#include "hooks/log.h"
#include "hooks/sys.h"
#include "rules/mask.h"
#include "rules/secret.h"

/* Where a reading of an argument is put, as far as there is room. */
struct copy {
	char *at;
	char *end;
	bool full;
};

static unsigned char key[PEDIGREE_MASK_KEY];
static bool has_key, asked_key;

/* Reads a file of the run's folder to its end, or not at all. */
static size_t read_file(const char *name, void *to, size_t room)
{
	char path[PEDIGREE_ARGS_PATH];
	size_t n = pedigree_gate_folder_n, name_n = strlen(name);
	long fd, got;

	if (n + name_n >= sizeof(path))
		return 0;
	memcpy(path, pedigree_gate_self, n);
	memcpy(path + n, name, name_n + 1);
	fd = pedigree_sys(SYS_openat, AT_FDCWD, path,
			  O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return 0;
	got = pedigree_sys(SYS_read, fd, to, room);
	pedigree_sys(SYS_close, fd);
	return got > 0 ? (size_t)got : 0;
}

/* Few programs are given a secret: only those pay for the key. */
static const unsigned char *get_key(void)
{
	if (!asked_key)
		has_key = read_file("/redact.key", key, sizeof(key)) ==
			  sizeof(key);
	asked_key = true;
	return has_key ? key : NULL;
}

static const char *get_rules(char *rules)
{
	size_t n = read_file("/redact.rules", rules,
			     PEDIGREE_SECRET_RULES_MAX - 2);

	rules[n] = rules[n + 1] = '\0';
	return rules;
}

static void put(void *ctx, const char *bytes, size_t n)
{
	struct copy *copy = ctx;

	if ((size_t)(copy->end - copy->at) < n) {
		copy->full = true;
		return;
	}
	memmove(copy->at, bytes, n); /* it may be there already */
	copy->at += n;
}

/* Reads until nothing is taken any more; false: there was no room. The result
   is at `copy->at` then, with a NUL. */
static bool mask(const char *rules, const struct pedigree_mask_line *line,
		 const char *arg, struct copy *ret)
{
	char other[PEDIGREE_ARGS_SIZE];
	struct copy one = *ret;
	struct copy two = { .at = other, .end = other + sizeof(other) };
	struct copy *to = &one;

	for (int pass = 0; pass < PEDIGREE_MASK_PASSES; pass++) {
		struct copy now = *to;
		struct pedigree_mask reading = {
			.rules = rules,
			.key = get_key,
			.put = put,
			.ctx = &now,
		};

		pedigree_mask_arg(&reading, line, arg);
		put(&now, "", 1);
		if (now.full)
			return false;
		arg = to->at;
		if (!reading.taken) {
			put(ret, arg, (size_t)(now.at - arg));
			return !ret->full;
		}
		to = to == &one ? &two : &one;
	}
	put(ret, PEDIGREE_REDACTED, sizeof(PEDIGREE_REDACTED));
	return !ret->full;
}

void pedigree_args_mask(int argc, char *const argv[], char *buffer,
			struct pedigree_identity *ret_identity)
{
	struct copy copy = { .at = buffer, .end = buffer + PEDIGREE_ARGS_SIZE };
	struct pedigree_mask_line line = { .pem = false };
	char store[PEDIGREE_SECRET_RULES_MAX];
	const char *rules = get_rules(store);

	for (int i = 0; i < argc && argv[i]; i++) {
		if (!mask(rules, &line, argv[i], &copy)) {
			ret_identity->flags |= PEDIGREE_F_CUT;
			break;
		}
		pedigree_mask_next(&line, argv[i]);
		ret_identity->argc++;
	}
	if (!ret_identity->argc)
		return;
	ret_identity->args.bytes = buffer;
	ret_identity->args.n = (size_t)(copy.at - buffer) - 1;
}
