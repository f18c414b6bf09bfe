/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "base/err.h"
#include "query/diff.h"

/* What two runs have in common that are the same thing done again. */
struct likeness {
	struct pedigree_buf name, command;
};

static void likeness_clear(struct likeness *likeness)
{
	pedigree_buf_clear(&likeness->name);
	pedigree_buf_clear(&likeness->command);
}

static int likeness_of(struct pedigree_ledger *ledger, pedigree_row row,
		       struct likeness *ret, struct pedigree_error *err)
{
	_cleanup_(pedigree_entity_clear) struct pedigree_entity run = { 0 };
	_cleanup_(pedigree_sheet_clear) struct pedigree_sheet recipe = { 0 };
	const char *name;
	bool there;
	int rc = pedigree_ledger_entity(ledger, row, &run, err);

	if (rc == 0)
		rc = pedigree_run_sheet(ledger, &run, PEDIGREE_PARAM_RECIPE,
					&recipe, &there, err);
	if (rc < 0)
		return rc;
	pedigree_buf_init(&ret->name);
	pedigree_buf_init(&ret->command);
	pedigree_run_own_param(&run, "command", &ret->command);
	name = pedigree_sheet_get(&recipe, "name", "asked");
	if (name)
		pedigree_buf_add_str(&ret->name, name);
	if (pedigree_buf_error(&ret->name) ||
	    pedigree_buf_error(&ret->command)) {
		likeness_clear(ret);
		return pedigree_fail_memory(err);
	}
	return 0;
}

static bool alike(const struct likeness *a, const struct likeness *b)
{
	return (a->name.len && strcmp(a->name.data, b->name.data) == 0) ||
	       (a->command.len &&
		strcmp(a->command.data, b->command.data) == 0);
}

static int list_runs(struct pedigree_ledger *ledger, size_t limit,
		     struct pedigree_rows *rows, struct pedigree_error *err)
{
	const struct pedigree_ledger_filter filter = {
		.kind = PEDIGREE_TRIAL_COMPONENT,
		.limit = limit,
	};

	return pedigree_ledger_list(ledger, &filter, rows, err);
}

int pedigree_run_newest(struct pedigree_ledger *ledger, pedigree_row *ret_row,
			struct pedigree_error *err)
{
	_cleanup_(pedigree_rows_clear) struct pedigree_rows rows = { 0 };
	int rc = list_runs(ledger, 1, &rows, err);

	if (rc == 0 && !rows.n)
		return pedigree_fail(
			err, PEDIGREE_ENOTFOUND,
			"no run has been recorded yet: put `pedigree run --` in front of a command");
	if (rc == 0)
		*ret_row = rows.v[0];
	return rc;
}

int pedigree_run_previous(struct pedigree_ledger *ledger, pedigree_row row,
			  pedigree_row *ret_previous,
			  struct pedigree_error *err)
{
	_cleanup_(likeness_clear) struct likeness own = {
		.name = PEDIGREE_BUF_INIT, .command = PEDIGREE_BUF_INIT
	};
	_cleanup_(pedigree_rows_clear) struct pedigree_rows rows = { 0 };
	bool found = false;
	size_t i = 0;
	int rc = likeness_of(ledger, row, &own, err);

	if (rc == 0)
		rc = list_runs(ledger, 0, &rows, err);
	while (rc == 0 && i < rows.n && rows.v[i] != row)
		i++;
	for (i++; rc == 0 && !found && i < rows.n; i++) {
		_cleanup_(likeness_clear) struct likeness other = {
			.name = PEDIGREE_BUF_INIT, .command = PEDIGREE_BUF_INIT
		};

		rc = likeness_of(ledger, rows.v[i], &other, err);
		found = rc == 0 && alike(&own, &other);
		if (found)
			*ret_previous = rows.v[i];
	}
	if (rc == 0 && !found)
		return pedigree_fail(
			err, PEDIGREE_ENOTFOUND,
			"no run before it has the same name or command; `pedigree list runs` shows which there are");
	return rc;
}
