/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "store/ledger_merge.h"

#include <errno.h>
#include <string.h>

/* Smaller files are the same by chance (empty ones, "1\n", licences). */
#define TIED_MIN_BYTES 64

static bool is_sha256(const char *version)
{
	static const char prefix[] = "sha256:";
	size_t skip = sizeof(prefix) - 1;

	return !strncmp(version, prefix, skip) &&
	       strlen(version) == skip + 64 &&
	       strspn(version + skip, "0123456789abcdef") == 64;
}

const char *pedigree_ledger_version(const struct pedigree_entity *entity)
{
	const struct pedigree_pairs *types = &entity->source_types;
	const char *digest = pedigree_pairs_get(&entity->properties, "Digest");

	if (entity->kind != PEDIGREE_ARTIFACT)
		return NULL;
	/* Of an object, whose version is the store's word. */
	if (digest && is_sha256(digest))
		return digest;
	for (size_t i = 0; i < types->n; i++)
		if (is_sha256(types->v[i].value))
			return types->v[i].value;
	return types->n ? types->v[0].value : NULL;
}

int64_t pedigree_ledger_bytes(const struct pedigree_entity *entity)
{
	const char *text = pedigree_pairs_get(&entity->properties, "Bytes");
	char *end;

	if (!text || *text < '0' || *text > '9')
		return -1;
	errno = 0;
	long long bytes = strtoll(text, &end, 10);
	return errno || *end ? -1 : bytes;
}

const char *pedigree_ledger_md5(const struct pedigree_entity *entity)
{
	const char *md5 = pedigree_pairs_get(&entity->properties, "MD5");

	if (entity->kind != PEDIGREE_ARTIFACT || !md5 || strlen(md5) != 32 ||
	    strspn(md5, "0123456789abcdef") != 32)
		return NULL;
	return md5;
}

bool pedigree_ledger_tied(const struct pedigree_entity *entity)
{
	const char *version = pedigree_ledger_version(entity);

	return version && is_sha256(version) && entity->source_uri &&
	       (!entity->type || strcmp(entity->type, "Code") != 0) &&
	       pedigree_ledger_bytes(entity) >= TIED_MIN_BYTES;
}

static int set_text(char **text, const char *news, bool newer, bool *changed)
{
	char *copy;

	if (!news || (*text && (!newer || !strcmp(*text, news))))
		return 0;
	copy = strdup(news);
	if (!copy)
		return PEDIGREE_ENOMEM;
	free(*text);
	*text = copy;
	*changed = true;
	return 0;
}

static int merge_pairs(struct pedigree_pairs *pairs,
		       const struct pedigree_pairs *news, bool newer,
		       bool *changed)
{
	for (size_t i = 0; i < news->n; i++) {
		const char *known = pedigree_pairs_get(pairs, news->v[i].key);

		if (known && (!newer || !strcmp(known, news->v[i].value)))
			continue;
		if (pedigree_pairs_set(pairs, news->v[i].key,
				       news->v[i].value) < 0)
			return PEDIGREE_ENOMEM;
		*changed = true;
	}
	return 0;
}

static int merge_params(struct pedigree_params *params,
			const struct pedigree_params *news, bool *changed)
{
	for (size_t i = 0; i < news->n; i++) {
		size_t j = 0;

		while (j < params->n &&
		       strcmp(params->v[j].key, news->v[i].key) != 0)
			j++;
		if (j < params->n)
			continue;
		struct pedigree_param param = news->v[i];
		param.key = strdup(param.key);
		param.value = param.value ? strdup(param.value) : NULL;
		struct pedigree_param *place = NULL;
		if (param.key && (param.value || !news->v[i].value))
			place = pedigree_vec_push(params);
		if (!place) {
			free(param.key);
			free(param.value);
			return PEDIGREE_ENOMEM;
		}
		*place = param;
		*changed = true;
	}
	return 0;
}

/* Those of a run amended since are all of them. */
static int merge_metrics(struct pedigree_metrics *metrics,
			 const struct pedigree_metrics *news, bool newer,
			 bool *changed)
{
	struct pedigree_metrics copy = { 0 };

	if (!news->n || (metrics->n && !newer))
		return 0;
	for (size_t i = 0; i < news->n; i++) {
		struct pedigree_metric *metric = pedigree_vec_push(&copy);

		if (metric) {
			*metric = news->v[i];
			metric->name = strdup(metric->name);
		}
		if (!metric || !metric->name) {
			pedigree_metrics_clear(&copy);
			return PEDIGREE_ENOMEM;
		}
	}
	pedigree_metrics_clear(metrics);
	*metrics = copy;
	*changed = true;
	return 0;
}

/* DataSet is what a file is called for want of a better word. */
static bool says_more(const char *type, const char *news)
{
	static const char *const words[] = { "Model", "Checkpoint", "Code",
					     "Image" };

	if (!type || !news || strcmp(type, "DataSet") != 0)
		return false;
	for (size_t i = 0; i < PEDIGREE_COUNT(words); i++)
		if (!strcmp(news, words[i]))
			return true;
	return false;
}

static void set_time(int64_t *time_ms, int64_t news, bool newer, bool *changed)
{
	if (!news || *time_ms == news || (*time_ms && !newer))
		return;
	*time_ms = news;
	*changed = true;
}

/* Properties of where and how an artifact was met, not of what it is. */
static int merge_met(struct pedigree_pairs *pairs,
		     const struct pedigree_pairs *news, bool *changed)
{
	static const char *const keys[] = { "FilesPresent", "PartitionsPresent",
					    "Folder" };

	for (size_t i = 0; i < PEDIGREE_COUNT(keys); i++) {
		const char *text = pedigree_pairs_get(news, keys[i]);
		const char *known = pedigree_pairs_get(pairs, keys[i]);

		if (!text || (known && !strcmp(known, text)))
			continue;
		if (pedigree_pairs_set(pairs, keys[i], text) < 0)
			return PEDIGREE_ENOMEM;
		*changed = true;
	}
	return 0;
}

int pedigree_ledger_merge(struct pedigree_entity *entity,
			  const struct pedigree_entity *news, bool newer,
			  bool *ret_changed)
{
	bool artifact = entity->kind == PEDIGREE_ARTIFACT;
	bool over = newer && !artifact;
	bool changed = false;
	const struct {
		char **text;
		const char *news;
		bool over;
	} texts[] = {
		{ &entity->name, news->name, false },
		{ &entity->display_name, news->display_name, over },
		{ &entity->type, news->type,
		  artifact ? says_more(entity->type, news->type) : over },
		{ &entity->description, news->description, over },
		{ &entity->status, news->status, over },
		{ &entity->message, news->message, over },
		{ &entity->source_uri, news->source_uri, false },
		{ &entity->source_type, news->source_type, false },
		{ &entity->source_id, news->source_id, false },
		{ &entity->commit_id, news->commit_id, over },
		{ &entity->repository, news->repository, over },
		{ &entity->generated_by, news->generated_by, over },
		{ &entity->project_id, news->project_id, over },
		{ &entity->experiment, news->experiment, over },
	};

	for (size_t i = 0; i < PEDIGREE_COUNT(texts); i++)
		if (set_text(texts[i].text, texts[i].news, texts[i].over,
			     &changed) < 0)
			return PEDIGREE_ENOMEM;
	if (artifact && newer &&
	    merge_met(&entity->properties, &news->properties, &changed) < 0)
		return PEDIGREE_ENOMEM;
	if (merge_pairs(&entity->properties, &news->properties, over,
			&changed) < 0 ||
	    merge_params(&entity->parameters, &news->parameters, &changed) <
		    0 ||
	    merge_metrics(&entity->metrics, &news->metrics, over, &changed) <
		    0 ||
	    merge_pairs(&entity->input_artifacts, &news->input_artifacts, over,
			&changed) < 0 ||
	    merge_pairs(&entity->output_artifacts, &news->output_artifacts,
			over, &changed) < 0 ||
	    merge_pairs(&entity->input_media, &news->input_media, over,
			&changed) < 0 ||
	    merge_pairs(&entity->output_media, &news->output_media, over,
			&changed) < 0)
		return PEDIGREE_ENOMEM;
	set_time(&entity->start_ms, news->start_ms, over, &changed);
	set_time(&entity->end_ms, news->end_ms, over, &changed);
	if (changed && news->modified_ms > entity->modified_ms)
		entity->modified_ms = news->modified_ms;
	*ret_changed = changed;
	return 0;
}
