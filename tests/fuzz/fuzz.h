/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What fuzz targets share. A target is one file with a function
 * LLVMFuzzerTestOneInput, which takes any bytes, gives them to a parser and
 * checks what came out. `make fuzz` links it with libFuzzer, `make check`
 * with replay.c, which feeds it the inputs of corpus/TARGET.txt.
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "evlog/reader.h"
#include "graph/build.h"
#include "rules/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Aborts, which libFuzzer takes for a finding, unless `truth`. */
#define FUZZ_CHECK(truth) \
	((truth) ? (void)0 : fuzz_fail(__FILE__, __LINE__, #truth))
void fuzz_fail(const char *file, int line, const char *what)
	__attribute__((noreturn));

/* The same for texts, which are shown. */
#define FUZZ_SAME(a, b) fuzz_same(__FILE__, __LINE__, (a), (b))
void fuzz_same(const char *file, int line, const char *a, const char *b);

/* A copy of the input with a closing NUL, in a block of its own so that
   ASan sees who reads beyond. */
char *fuzz_text(const uint8_t *data, size_t size);

/* Takes the next line out of *at, in place; NULL at the end. */
char *fuzz_line(char **at);

/* A message to the user is one line of text that says something. */
void fuzz_check_error(const struct pedigree_error *err, int code);

/* A file in memory of these bytes, at least `size` long. It is open() under
   the path until the descriptor, which is returned, is closed. */
#define FUZZ_PATH 32
int fuzz_file(const void *bytes, size_t n, uint64_t size,
	      char ret_path[FUZZ_PATH]);

/* An empty folder of this process, removed at exit. */
const char *fuzz_folder(void);

/* The configuration without any file. */
const struct pedigree_config *fuzz_config(void);

/* graph.c: invariants of a log that was read, and the graph it makes. */
void fuzz_check_log(const struct pedigree_evlog *log);
void fuzz_check_graph(const struct pedigree_run_facts *facts,
		      const struct pedigree_evlog *log);

/* json.c: is this JSON of a record read and written again as it is? */
void fuzz_check_record(const char *json, size_t n);

/*
 * world.c: while `fuzz_in_world`, programs linked with fuzz_world_ldflags see
 * a file system that follows from the letters of a path. The last component
 * tells what is there: "gone…" nothing, "link-NAME" a symbolic link to NAME
 * beside it, what has a dot a file, other things a folder. Nothing can be
 * opened.
 */
extern bool fuzz_in_world;
#define FUZZ_PROJECT "/home/me/project"
#define FUZZ_START UINT64_C(1700000000000000000) /* of a run, ns */

#endif
