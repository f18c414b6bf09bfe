/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "api/spooled.h"

#include <string.h>

#include "api/running.h"
#include "base/buf.h"
#include "base/err.h"
#include "run/run.h"
#include "store/ledger.h"

void pedigree_spooled_clear(struct pedigree_spooled *spooled)
{
	free(spooled->run);
	pedigree_run_facts_clear(&spooled->facts);
	pedigree_evlog_free(spooled->log);
	*spooled = (struct pedigree_spooled){ 0 };
}

static void tell(const struct pedigree_print *print,
		 struct pedigree_buf *trouble)
{
	char *rest = trouble->data, *line;

	while (print->note && trouble->len && (line = strsep(&rest, "\n")))
		if (*line)
			print->note(print->note_ctx, line);
}

int pedigree_spooled_read(const struct pedigree_config *config,
			  const char *name, const struct pedigree_print *print,
			  struct pedigree_spooled *spooled,
			  struct pedigree_error *err)
{
	_cleanup_ledger_ struct pedigree_ledger *ledger = NULL;
	_cleanup_buf_ struct pedigree_buf folder = PEDIGREE_BUF_INIT;
	_cleanup_buf_ struct pedigree_buf trouble = PEDIGREE_BUF_INIT;
	int rc;

	/* The spool can answer alone. */
	if (pedigree_ledger_open(config, &ledger, NULL) < 0)
		ledger = NULL;
	rc = pedigree_find_run(config, ledger, name, &spooled->run, err);
	if (rc < 0)
		return rc;
	rc = pedigree_spool_facts(config, spooled->run, &spooled->facts, NULL);
	if (rc == PEDIGREE_ENOTFOUND)
		return pedigree_fail(
			err, rc,
			"the run '%s' is recorded, but its event log is not in the spool any more",
			name);
	if (rc < 0)
		return pedigree_spool_facts(config, spooled->run,
					    &spooled->facts, err);
	pedigree_spool_folder(config, spooled->run, &folder);
	spooled->log = pedigree_evlog_new();
	if (!spooled->log || pedigree_buf_error(&folder))
		return pedigree_fail_memory(err);
	rc = pedigree_evlog_read(spooled->log, folder.data, &trouble, err);
	if (rc == 0)
		tell(print, &trouble);
	return rc;
}
