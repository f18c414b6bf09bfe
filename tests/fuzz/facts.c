/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What lies in a run's folder: the input is begin.json, pid.json, git.json
 * and end.json, with a line "%" between them. Anything is refused with a
 * message or read; what was read is written, and read again the same.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "base/fs.h"
#include "evlog/format.h"
#include "run/spool.h"
#include "tests/fuzz/fuzz.h"

static const char *const names[] = {
	PEDIGREE_BEGIN_NAME,
	PEDIGREE_PID_NAME,
	PEDIGREE_GIT_NAME,
	PEDIGREE_END_NAME,
};

static void in_folder(const char *name, struct pedigree_buf *path)
{
	pedigree_buf_reset(path);
	pedigree_path_join(path, fuzz_folder(), name);
}

static void put(const char *name, const char *bytes, size_t n)
{
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;

	in_folder(name, &path);
	FUZZ_CHECK(pedigree_write_file_soon(path.data, bytes, n, NULL) == 0);
}

static void put_all(const uint8_t *data, size_t size)
{
	const char *at = (const char *)data, *end = at + size;

	for (size_t i = 0; i < PEDIGREE_COUNT(names); i++) {
		const char *stop =
			size ? memmem(at, (size_t)(end - at), "\n%\n", 3)
			     : NULL;

		if (!stop)
			stop = end;
		put(names[i], at, (size_t)(stop - at));
		at = stop == end ? end : stop + 3;
	}
}

/* `name` after everything was read and written. */
static void get(const char *name, struct pedigree_buf *ret)
{
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;

	in_folder(name, &path);
	FUZZ_CHECK(pedigree_read_file(path.data, 1 << 24, ret, NULL) == 0);
}

static int read_all(struct pedigree_run_facts *facts,
		    struct pedigree_error *err)
{
	int r = pedigree_begin_read(fuzz_folder(), facts, err);

	if (r < 0)
		return r;
	FUZZ_CHECK(facts->name && facts->argv && facts->argv[0]);
	r = pedigree_git_read(fuzz_folder(), facts, err);
	return r < 0 ? r : pedigree_end_read(fuzz_folder(), facts, err);
}

static void write_all(const struct pedigree_run_facts *facts)
{
	const char *folder = fuzz_folder();

	FUZZ_CHECK(pedigree_begin_write(folder, facts, NULL) == 0);
	FUZZ_CHECK(pedigree_pid_write(folder, facts, NULL) == 0);
	FUZZ_CHECK(pedigree_git_write(folder, facts, NULL) == 0);
	FUZZ_CHECK(pedigree_end_write(folder, facts, NULL) == 0);
}

static void check_facts(const struct pedigree_run_facts *facts)
{
	_cleanup_free_ char *name = pedigree_spool_default_name(facts);
	struct pedigree_run_facts again = { .git_dirty = -1 };

	FUZZ_CHECK(name && name[0] && strlen(name) <= 120);
	write_all(facts);
	FUZZ_CHECK(read_all(&again, NULL) == 0);
	for (size_t i = 0; i < PEDIGREE_COUNT(names); i++) {
		_cleanup_buf_ struct pedigree_buf once = PEDIGREE_BUF_INIT;
		_cleanup_buf_ struct pedigree_buf twice = PEDIGREE_BUF_INIT;

		get(names[i], &once);
		write_all(&again);
		get(names[i], &twice);
		FUZZ_SAME(once.data, twice.data);
	}
	pedigree_run_facts_clear(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pedigree_run_facts facts = { .git_dirty = -1 };
	struct pedigree_error err = PEDIGREE_ERROR_INIT;
	int r;

	put_all(data, size);
	r = read_all(&facts, &err);
	if (r == 0)
		check_facts(&facts);
	else
		fuzz_check_error(&err, r);
	pedigree_run_facts_clear(&facts);
	return 0;
}
