/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Feeds a target with inputs that are known, and tells so in TAP.
 *
 *	replay_TARGET			those of corpus/TARGET.txt
 *	replay_TARGET FILE…		each file as one input
 *	replay_TARGET --split FOLDER	writes those of the corpus as files
 *	replay_TARGET --print NAME FILE	FILE as an entry of a corpus
 *
 * An entry of a corpus begins with a line `=== NAME`, and its lines up to the
 * next one are the input. Where the name ends in ` (hex)`, the lines are
 * `OFFSET: BYTES` and `size: SIZE`, in hexadecimal, and what they do not name
 * is zero.
 */
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "base/buf.h"
#include "tests/fuzz/fuzz.h"

#define MARK "=== "
#define HEX " (hex)"
#define INPUT_MAX ((size_t)16 << 20)

static void die(const char *what, const char *why)
{
	fprintf(stderr, "%s: %s\n", what, why);
	exit(99);
}

/* With stdio, which world.c leaves alone. */
static void read_or_die(const char *path, struct pedigree_buf *buf)
{
	_cleanup_file_ FILE *file = fopen(path, "r");
	char bytes[4096];
	size_t n;

	if (!file)
		die(path, strerror(errno));
	while ((n = fread(bytes, 1, sizeof(bytes), file)))
		pedigree_buf_add(buf, bytes, n);
	if (ferror(file))
		die(path, strerror(errno));
}

static void run(const char *bytes, size_t n)
{
	LLVMFuzzerTestOneInput((const uint8_t *)bytes, n);
}

static void grow(struct pedigree_buf *buf, size_t to)
{
	if (to > INPUT_MAX)
		die("corpus", "an offset is too large");
	while (buf->len < to)
		pedigree_buf_add_char(buf, '\0');
}

static void take_hex(struct pedigree_buf *buf, char *line)
{
	bool is_size = !strncmp(line, "size:", 5);
	char *at = is_size ? line + 5 : line;
	size_t offset = strtoul(at, &at, 16);

	if (is_size) {
		grow(buf, offset);
		return;
	}
	if (*at++ != ':')
		die(line, "not OFFSET: BYTES");
	for (; at[strspn(at, " ")]; offset++) {
		grow(buf, offset + 1);
		buf->data[offset] = (char)strtoul(at, &at, 16);
	}
}

static bool is_hex(const char *name)
{
	size_t n = strlen(name), suffix = sizeof(HEX) - 1;

	return n >= suffix && !strcmp(name + n - suffix, HEX);
}

/* Calls `use` for each entry of a corpus; returns how many there were. */
static size_t each(char *corpus,
		   void (*use)(void *ctx, size_t i, const char *name,
			       const struct pedigree_buf *input),
		   void *ctx)
{
	char *at = corpus, *line = fuzz_line(&at);
	size_t i = 0;

	while (line && strncmp(line, MARK, sizeof(MARK) - 1) != 0)
		line = fuzz_line(&at); /* what stands on top is a comment */
	while (line) {
		_cleanup_buf_ struct pedigree_buf input = PEDIGREE_BUF_INIT;
		const char *name = line + sizeof(MARK) - 1;
		bool hex = is_hex(name);

		while ((line = fuzz_line(&at)) &&
		       strncmp(line, MARK, sizeof(MARK) - 1) != 0) {
			if (hex)
				take_hex(&input, line);
			else
				pedigree_buf_addf(&input, "%s\n", line);
		}
		use(ctx, ++i, name, &input);
	}
	return i;
}

static void replay(void *ctx, size_t i, const char *name,
		   const struct pedigree_buf *input)
{
	(void)ctx;
	run(input->data, input->len);
	printf("ok %zu - %s\n", i, name);
	fflush(stdout);
}

static void write_entry(void *ctx, size_t i, const char *name,
			const struct pedigree_buf *input)
{
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	_cleanup_file_ FILE *file = NULL;

	(void)name;
	pedigree_buf_addf(&path, "%s/%03zu", (const char *)ctx, i);
	file = fopen(path.data, "w");
	if (!file || fwrite(input->data, 1, input->len, file) != input->len ||
	    fflush(file))
		die(path.data, strerror(errno));
}

/* Text that comes out again as it went in. */
static bool is_text(const struct pedigree_buf *input)
{
	const char *at = input->data;

	if (!input->len || memchr(at, '\0', input->len) ||
	    at[input->len - 1] != '\n' || !strncmp(at, MARK, sizeof(MARK) - 1))
		return false;
	for (; *at; at++)
		if (!isprint((unsigned char)*at) && !strchr("\n\t", *at))
			return false;
	return !strstr(input->data, "\n" MARK);
}

static void print_hex(const struct pedigree_buf *input)
{
	static const char zero[16];

	for (size_t at = 0; at < input->len; at += 16) {
		size_t n = input->len - at < 16 ? input->len - at : 16;

		if (!memcmp(input->data + at, zero, n))
			continue;
		printf("%06zx:", at);
		for (size_t i = 0; i < n; i++)
			printf(" %02x", (unsigned char)input->data[at + i]);
		putchar('\n');
	}
	printf("size: %zx\n", input->len);
}

static void print(const char *name, const char *path)
{
	_cleanup_buf_ struct pedigree_buf input = PEDIGREE_BUF_INIT;

	read_or_die(path, &input);
	printf(MARK "%s", name);
	if (is_text(&input)) {
		printf("\n%s", input.data);
	} else {
		puts(HEX);
		print_hex(&input);
	}
}

static void read_corpus(struct pedigree_buf *corpus)
{
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	const char *top = getenv("top_srcdir");

	pedigree_buf_addf(&path, "%s/tests/fuzz/corpus/%s.txt", top ? top : ".",
			  FUZZ_TARGET);
	read_or_die(path.data, corpus);
}

int main(int argc, char **argv)
{
	_cleanup_buf_ struct pedigree_buf corpus = PEDIGREE_BUF_INIT;

	if (argc == 4 && !strcmp(argv[1], "--print")) {
		print(argv[2], argv[3]);
		return 0;
	}
	if (argc == 3 && !strcmp(argv[1], "--split")) {
		read_corpus(&corpus);
		each(corpus.data, write_entry, argv[2]);
		return 0;
	}
	for (int i = 1; i < argc; i++) {
		_cleanup_buf_ struct pedigree_buf input = PEDIGREE_BUF_INIT;

		read_or_die(argv[i], &input);
		run(input.data, input.len);
	}
	if (argc == 1) {
		size_t n;

		read_corpus(&corpus);
		n = each(corpus.data, replay, NULL);
		if (!n)
			die(FUZZ_TARGET, "the corpus is empty");
		printf("1..%zu\n", n);
	}
	return 0;
}
