/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "cli/ask.h"

#include <string.h>

#include "cli/progress.h"

static void note(void *ctx, const char *sentence)
{
	(void)ctx;
	cli_say("%s", sentence);
}

void cli_ask_init(struct cli_ask *ask)
{
	*ask = (struct cli_ask){ .ok = true };
	cli_print_init(&ask->print, stdout);
	ask->print.note = note;
}

bool cli_ask_option(struct cli_ask *ask, const struct cli_option *option,
		    const char *value)
{
	if (strcmp(option->name, "no-recover") == 0) {
		ask->no_recover = true;
		return true;
	}
	if (strcmp(option->name, "backend") == 0) {
		ask->backend = value;
		return true;
	}
	if (strcmp(option->name, "quiet") == 0) {
		ask->quiet = true;
		return true;
	}
	return cli_print_option(option, value, &ask->print, &ask->ok);
}

struct pedigree *cli_ask_open(const struct cli_ask *ask)
{
	const struct pedigree_options options = {
		.backend = ask->backend,
		.progress = ask->quiet ? NULL : cli_progress,
		.progress_count = ask->quiet ? NULL : cli_progress_count,
	};
	struct pedigree *pedigree = cli_open_options(&options);

	if (pedigree && !ask->no_recover)
		cli_recover(pedigree);
	return pedigree;
}

int cli_ask_end(struct pedigree *pedigree, long rc,
		const struct pedigree_error *err)
{
	cli_progress_clear();
	pedigree_close(pedigree);
	return rc < 0 ? cli_fail(err) : CLI_OK;
}
