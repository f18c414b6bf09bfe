/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which runs recovery has to look at. A run that is finished stays so, and a
 * new one is a new folder: once none was found, the times of the places say
 * that there is still none. They stand in SPOOL/finished, so that a question
 * to the ledger does not look at ten thousand old runs each time.
 */
#include "config.h"

#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/fs.h"
#include "run/run.h"
#include "run/spool.h"

#define FINISHED_NAME "finished"
/* A folder made within a tick of the file system's clock, of a network's
   too, might leave the time as it is. */
#define SETTLED_SECONDS 3

/* The times of all places; false when one is too young to be told apart. */
static bool describe(const struct pedigree_config *config,
		     struct pedigree_buf *ret)
{
	_cleanup_buf_ struct pedigree_buf place = PEDIGREE_BUF_INIT;
	time_t now = time(NULL);

	for (size_t i = 0; pedigree_spool_place(config, i, &place); i++) {
		struct stat st;

		if (pedigree_buf_error(&place))
			return false;
		if (stat(place.data, &st) < 0) {
			pedigree_buf_add_str(ret, "-\n");
			continue;
		}
		if (st.st_mtim.tv_sec > now - SETTLED_SECONDS)
			return false;
		pedigree_buf_addf(ret, "%" PRIu64 " %" PRIu64 " %lld.%09ld\n",
				  (uint64_t)st.st_dev, (uint64_t)st.st_ino,
				  (long long)st.st_mtim.tv_sec,
				  st.st_mtim.tv_nsec);
	}
	return !pedigree_buf_error(ret);
}

void pedigree_run_revive(const struct pedigree_config *config)
{
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;

	pedigree_path_join(&path, pedigree_config_spool(config), FINISHED_NAME);
	if (!pedigree_buf_error(&path))
		unlink(path.data);
}

int pedigree_run_list_unfinished(const struct pedigree_config *config,
				 struct pedigree_run_names *ret_names,
				 struct pedigree_error *err)
{
	_cleanup_buf_ struct pedigree_buf path = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf known = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf places = PEDIGREE_BUF_INIT;
	bool settled = describe(config, &places);
	int rc;

	pedigree_path_join(&path, pedigree_config_spool(config), FINISHED_NAME);
	if (settled && !pedigree_buf_error(&path) &&
	    pedigree_read_file(path.data, 4096, &known, NULL) == 0 &&
	    known.len && strcmp(known.data, places.data) == 0) {
		*ret_names = (struct pedigree_run_names){ 0 };
		return 0;
	}
	rc = pedigree_spool_runs(config, true, ret_names, err);
	/* What cannot be written is found out anew next time. */
	if (rc == 0 && settled && !ret_names->n && !pedigree_buf_error(&path))
		pedigree_write_file_soon(path.data, places.data, places.len,
					 NULL);
	return rc;
}
