/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of lib/service share: one call in progress.
 */
#ifndef PEDIGREE_SERVICE_CALL_H
#define PEDIGREE_SERVICE_CALL_H

#include <jansson.h>
#include <stdint.h>

#include "base/base.h"
#include "base/buf.h"
#include "graph/model.h"
#include "service/service.h"
#include "store/ledger.h"
#include "store/ledger_edit.h"

struct pedigree_call {
	const struct pedigree_operation *operation;
	const struct pedigree_config *config;
	json_t *request; /* valid by its shape */
	json_t *answer;
	/* NULL when the operation only reads and there is no ledger yet. */
	struct pedigree_ledger *ledger;
	struct pedigree_editor *editor; /* NULL unless operation->writes */
	/* What QueryLineage keeps between pages; NULL: nothing. */
	struct pedigree_walk **walk;
	int64_t now_ms;
	const char *code; /* of a refusal */
	struct pedigree_buf message;
};

static inline void pedigree_json_decref(json_t **json)
{
	json_decref(*json);
}
#define _cleanup_json_ _cleanup_(pedigree_json_decref)

/* Refuses the call in the API's words; returns the code that fits. */
int pedigree_refuse(struct pedigree_call *call, int code, const char *format,
		    ...) PEDIGREE_PRINTF(3, 4);

/* A member of the request: text, number (or `otherwise`), time. */
const char *pedigree_call_text(const struct pedigree_call *call,
			       const char *name);
int64_t pedigree_call_number(const struct pedigree_call *call, const char *name,
			     int64_t otherwise);
/* Milliseconds; 0 when absent. */
int64_t pedigree_call_time(const struct pedigree_call *call, const char *name);

/* Puts into an object; a NULL text or 0 time is left out. */
int pedigree_put_text(json_t *object, const char *name, const char *text);
int pedigree_put_time(json_t *object, const char *name, int64_t ms);
/* The same with a new reference, which is taken even on failure. */
int pedigree_put(json_t *object, const char *name, json_t *value);

/* entity.c */

/* Names of the members of a kind: "ArtifactArn", "ActionName", … */
struct pedigree_kind_words {
	const char *name, *arn, *type;
	const char *noun;      /* "Artifact", "Trial component" */
	const char *summaries; /* "ArtifactSummaries" */
	const char *source;    /* of a summary: "Source", "TrialSource" */
};
extern const struct pedigree_kind_words pedigree_kind_words[PEDIGREE_KINDS];

/*
 * Finds the entity that a name or ARN stands for: *ret_row and, when
 * `ret_entity` is not NULL, what it is. Refuses with ResourceNotFound.
 */
int pedigree_call_find(struct pedigree_call *call, enum pedigree_kind kind,
		       const char *name_or_arn, pedigree_row *ret_row,
		       struct pedigree_entity *ret_entity,
		       struct pedigree_error *err);
/* The same for an ARN of any kind that the ledger has. */
int pedigree_call_find_arn(struct pedigree_call *call, const char *arn,
			   pedigree_row *ret_row, enum pedigree_kind *ret_kind,
			   struct pedigree_error *err);
/* Both: 0 found, 1 not found (nothing refused), or a failure. */
int pedigree_call_look(struct pedigree_call *call, enum pedigree_kind kind,
		       const char *name_or_arn, pedigree_row *ret_row,
		       struct pedigree_error *err);

/* What Describe answers of an entity; NULL when memory ran out. */
json_t *pedigree_entity_describe(const struct pedigree_entity *entity);

int pedigree_do_create(struct pedigree_call *call, struct pedigree_error *err);
int pedigree_do_describe(struct pedigree_call *call,
			 struct pedigree_error *err);
int pedigree_do_update(struct pedigree_call *call, struct pedigree_error *err);
int pedigree_do_delete(struct pedigree_call *call, struct pedigree_error *err);

/* convert.c: between requests and entities. */

/* Takes over what the request says of an entity. `update`: maps that are
   given replace (parameters: join) those there are, …ToRemove is obeyed. */
int pedigree_entity_apply(struct pedigree_call *call,
			  struct pedigree_entity *entity, bool update,
			  struct pedigree_error *err);
int pedigree_entity_take_source(json_t *source, struct pedigree_entity *entity);

/* page.c: NextToken. */

struct pedigree_page {
	size_t size;	  /* MaxResults */
	json_t *mark;	  /* what NextToken says, or NULL: the beginning */
	uint32_t request; /* stands in the token: the same filters again */
};
/* `otherwise` is the size when the request names none. */
int pedigree_page_open(struct pedigree_call *call, size_t otherwise,
		       struct pedigree_page *ret_page);
/* The operation and its filters, the same for all pages; malloc'ed. NULL: out
   of memory. */
char *pedigree_page_key(const struct pedigree_call *call);
void pedigree_page_close(struct pedigree_page *page);
/* Adds NextToken to the answer; takes the reference to `mark`. */
int pedigree_page_more(struct pedigree_call *call,
		       const struct pedigree_page *page, json_t *mark);

int pedigree_do_list(struct pedigree_call *call, struct pedigree_error *err);
int pedigree_do_list_associations(struct pedigree_call *call,
				  struct pedigree_error *err);
int pedigree_do_associate(struct pedigree_call *call,
			  struct pedigree_error *err);
int pedigree_do_dissociate(struct pedigree_call *call,
			   struct pedigree_error *err);
int pedigree_do_join_trial(struct pedigree_call *call,
			   struct pedigree_error *err);
int pedigree_do_leave_trial(struct pedigree_call *call,
			    struct pedigree_error *err);
int pedigree_do_add_tags(struct pedigree_call *call,
			 struct pedigree_error *err);
int pedigree_do_delete_tags(struct pedigree_call *call,
			    struct pedigree_error *err);
int pedigree_do_list_tags(struct pedigree_call *call,
			  struct pedigree_error *err);
int pedigree_do_query_lineage(struct pedigree_call *call,
			      struct pedigree_error *err);
int pedigree_do_search(struct pedigree_call *call, struct pedigree_error *err);
int pedigree_do_describe_endpoint(struct pedigree_call *call,
				  struct pedigree_error *err);

/* Refuses when a quota of the configuration is used up; kind -1:
   associations. */
int pedigree_call_quota(struct pedigree_call *call, int kind,
			struct pedigree_error *err);

#endif
