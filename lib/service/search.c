/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Search over experiments, trials and trial components.
 *
 * A property is named by its path in the answer's JSON: "TrialName",
 * "Status.PrimaryStatus", "Parameters.lr", "Tags.KEY",
 * "Parents.ExperimentName". Numbers compare as numbers, times as times, all
 * else as text.
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "base/err.h"
#include "service/call.h"

#define PAGE 10 /* the API's, when the request names none */

static const struct {
	const char *resource, *word;
	enum pedigree_kind kind;
} resources[] = {
	{ "Experiment", "Experiment", PEDIGREE_EXPERIMENT },
	{ "ExperimentTrial", "Trial", PEDIGREE_TRIAL },
	{ "ExperimentTrialComponent", "TrialComponent",
	  PEDIGREE_TRIAL_COMPONENT },
};

/* A found entity, as the answer has it. */
struct found {
	json_t *json;
	json_t *key; /* what it is sorted by; borrowed, or NULL */
	size_t at;   /* in the ledger's order */
};
PEDIGREE_VEC_TYPE(founds, struct found);

static void founds_clear(struct founds *founds)
{
	for (size_t i = 0; i < founds->n; i++)
		json_decref(founds->v[i].json);
	pedigree_vec_clear(founds);
}

/* Calls `each` for every value at the path; stops when it answers true. A
   key may itself hold dots: the longest that exists is taken. */
static bool visit(json_t *json, const char *path,
		  bool (*each)(void *ctx, json_t *value), void *ctx)
{
	size_t i;
	json_t *item;
	char key[512];

	if (json_is_array(json)) {
		json_array_foreach(json, i, item) if (visit(item, path, each,
							    ctx)) return true;
		return false;
	}
	if (!*path) {
		/* A parameter stands for its value. */
		json_t *number = json_object_get(json, "NumberValue");
		json_t *text = json_object_get(json, "StringValue");

		return each(ctx, number ? number : text ? text : json);
	}
	for (size_t n = strlen(path); n > 0; n--) {
		if (path[n] && path[n] != '.')
			continue;
		if (n >= sizeof(key))
			continue;
		memcpy(key, path, n);
		key[n] = '\0';
		item = json_object_get(json, key);
		if (item)
			return visit(item, path[n] ? path + n + 1 : path + n,
				     each, ctx);
	}
	return false;
}

/* "Tags.KEY": tags are a list of pairs. */
static bool visit_property(json_t *record, const char *path,
			   bool (*each)(void *ctx, json_t *value), void *ctx)
{
	size_t i;
	json_t *tag;

	if (strncmp(path, "Tags.", 5) != 0)
		return visit(record, path, each, ctx);
	json_array_foreach(json_object_get(record, "Tags"), i, tag)
	{
		const char *key =
			json_string_value(json_object_get(tag, "Key"));

		if (key && strcmp(key, path + 5) == 0)
			return each(ctx, json_object_get(tag, "Value"));
	}
	return false;
}

struct comparison {
	const char *operator;
	const char *value;
};

static bool as_number(const char *text, double *ret)
{
	char *end;

	*ret = strtod(text, &end);
	return end != text && !*end && isfinite(*ret);
}

/* Less than 0, 0, more than 0; 2: they cannot be compared. */
static int compare(json_t *value, const char *text)
{
	double here, there;
	int64_t ms;

	if (json_is_number(value)) {
		_cleanup_json_ json_t *string = json_string(text);

		here = json_number_value(value);
		if (!as_number(text, &there)) {
			if (!pedigree_timestamp_parse(string, &ms))
				return 2;
			there = (double)ms / 1000;
		}
	} else if (json_is_string(value)) {
		if (!as_number(json_string_value(value), &here) ||
		    !as_number(text, &there)) {
			int order = strcmp(json_string_value(value), text);

			return order < 0 ? -1 : order > 0;
		}
	} else {
		return 2;
	}
	return here < there ? -1 : here > there;
}

/* Is one of the comma-separated words equal? */
static bool is_in(json_t *value, const char *list)
{
	char word[1025];

	while (*list) {
		size_t n = strcspn(list, ",");
		size_t from = strspn(list, " ");

		if (from > n)
			from = n;
		snprintf(word, sizeof(word), "%.*s", (int)(n - from),
			 list + from);
		if (compare(value, word) == 0)
			return true;
		list += n + (list[n] == ',');
	}
	return false;
}

static bool compares(void *ctx, json_t *value)
{
	const struct comparison *comparison = ctx;
	const char *operator= comparison->operator;
	int order = comparison->value ? compare(value, comparison->value) : 2;

	if (strcmp(operator, "Exists") == 0)
		return true;
	if (strcmp(operator, "Contains") == 0)
		return json_is_string(value) &&
		       strstr(json_string_value(value), comparison->value);
	if (strcmp(operator, "In") == 0)
		return is_in(value, comparison->value);
	if (order == 2)
		return false;
	if (strcmp(operator, "Equals") == 0)
		return order == 0;
	if (strcmp(operator, "GreaterThan") == 0)
		return order > 0;
	if (strcmp(operator, "GreaterThanOrEqualTo") == 0)
		return order >= 0;
	if (strcmp(operator, "LessThan") == 0)
		return order < 0;
	return order <= 0;
}

static bool filter_fits(json_t *record, json_t *filter, const char *prefix)
{
	const char *name = json_string_value(json_object_get(filter, "Name"));
	const char *word =
		json_string_value(json_object_get(filter, "Operator"));
	struct comparison comparison = {
		.operator= word ? word : "Equals",
		.value = json_string_value(json_object_get(filter, "Value")),
	};
	char path[600];
	bool not ;

	snprintf(path, sizeof(path), "%s%s%s", prefix, *prefix ? "." : "",
		 name);
	not = strncmp(comparison.operator, "Not", 3) == 0;
	if (not ) /* NotEquals, NotExists: what has none fits too */
		comparison.operator+= 3;
	return not != visit_property(record, path, compares, &comparison);
}

/* All, or with `any` one, of a list; an empty list says nothing. */
struct verdict {
	bool any;
	size_t n, fitting;
};

static void judge(struct verdict *verdict, bool fits)
{
	verdict->n++;
	verdict->fitting += fits;
}

static bool expression_fits(json_t *record, json_t *expression);

static bool nested_fits(json_t *record, json_t *nested)
{
	const char *prefix = json_string_value(
		json_object_get(nested, "NestedPropertyName"));
	size_t i;
	json_t *filter;

	json_array_foreach(json_object_get(nested, "Filters"), i, filter)
	{
		const char *name =
			json_string_value(json_object_get(filter, "Name"));
		size_t n = strlen(prefix);
		bool whole = strncmp(name, prefix, n) == 0 && name[n] == '.';

		if (!filter_fits(record, filter, whole ? "" : prefix))
			return false;
	}
	return true;
}

static bool expression_fits(json_t *record, json_t *expression)
{
	const char *operator=
		json_string_value(json_object_get(expression, "Operator"));
	struct verdict verdict = {
		.any = operator&& strcmp(operator, "Or") == 0,
	};
	size_t i;
	json_t *item;

	json_array_foreach(json_object_get(expression, "Filters"), i, item)
		judge(&verdict, filter_fits(record, item, ""));
	json_array_foreach(json_object_get(expression, "NestedFilters"), i,
			   item) judge(&verdict, nested_fits(record, item));
	json_array_foreach(json_object_get(expression, "SubExpressions"), i,
			   item) judge(&verdict, expression_fits(record, item));
	return verdict.n == 0 || (verdict.any ? verdict.fitting > 0
					      : verdict.fitting == verdict.n);
}

/* An operator that needs a value has one. */
static int check_filters(struct pedigree_call *call, json_t *expression)
{
	size_t i;
	json_t *item;
	int status = 0;

	json_array_foreach(json_object_get(expression, "Filters"), i, item)
	{
		const char *word =
			json_string_value(json_object_get(item, "Operator"));

		if (json_object_get(item, "Value") ||
		    (word && strstr(word, "Exists")))
			continue;
		return pedigree_refuse(
			call, PEDIGREE_EINVAL,
			"The filter on %s needs a Value: only Exists and NotExists do without.",
			json_string_value(json_object_get(item, "Name")));
	}
	json_array_foreach(json_object_get(expression, "NestedFilters"), i,
			   item) if (!status) status =
		check_filters(call, item);
	json_array_foreach(json_object_get(expression, "SubExpressions"), i,
			   item) if (!status) status =
		check_filters(call, item);
	return status;
}

static int put_tags(json_t *record, const struct pedigree_pairs *tags)
{
	json_t *list = json_array();

	for (size_t i = 0; i < tags->n; i++)
		if (json_array_append_new(
			    list, json_pack("{ssss}", "Key", tags->v[i].key,
					    "Value", tags->v[i].value))) {
			json_decref(list);
			return PEDIGREE_ENOMEM;
		}
	return pedigree_put(record, "Tags", list);
}

/* The trials a trial component is in, or the components of a trial. */
static int put_family(struct pedigree_call *call, json_t *record,
		      const struct pedigree_entity *entity, pedigree_row row,
		      struct pedigree_error *err)
{
	bool up = entity->kind == PEDIGREE_TRIAL_COMPONENT;
	struct pedigree_ledger_filter filter = {
		.kind = up ? PEDIGREE_TRIAL : PEDIGREE_TRIAL_COMPONENT,
		.component = up ? row : 0,
		.trial = up ? NULL : entity->name,
	};
	_cleanup_(pedigree_rows_clear) struct pedigree_rows rows = { 0 };
	json_t *list = json_array();
	int status = pedigree_put(
		record, up ? "Parents" : "TrialComponentSummaries", list);

	if (!status)
		status =
			pedigree_ledger_list(call->ledger, &filter, &rows, err);
	for (size_t i = 0; !status && i < rows.n; i++) {
		_cleanup_(
			pedigree_entity_clear) struct pedigree_entity other = {
			0
		};

		status = pedigree_ledger_entity(call->ledger, rows.v[i], &other,
						err);
		if (status)
			return status;
		if (json_array_append_new(
			    list,
			    up ? json_pack("{ssss}", "TrialName", other.name,
					   "ExperimentName",
					   other.experiment ? other.experiment
							    : "")
			       : json_pack("{ssss}", "TrialComponentName",
					   other.name, "TrialComponentArn",
					   other.arn)))
			status = PEDIGREE_ENOMEM;
	}
	return status;
}

static int describe(struct pedigree_call *call, pedigree_row row,
		    json_t **ret_record, struct pedigree_error *err)
{
	_cleanup_(pedigree_entity_clear) struct pedigree_entity entity = { 0 };
	_cleanup_json_ json_t *record = NULL;
	int status = pedigree_ledger_entity(call->ledger, row, &entity, err);

	if (status)
		return status;
	record = pedigree_entity_describe(&entity);
	if (!record || put_tags(record, &entity.tags) ||
	    pedigree_put_text(record, "DisplayName",
			      entity.display_name ? entity.display_name
						  : entity.name))
		return pedigree_fail_memory(err);
	if (entity.kind != PEDIGREE_EXPERIMENT)
		status = put_family(call, record, &entity, row, err);
	if (!status)
		*ret_record = pedigree_take(record);
	return status == PEDIGREE_ENOMEM ? pedigree_fail_memory(err) : status;
}

static bool take_key(void *ctx, json_t *value)
{
	*(json_t **)ctx = value;
	return true;
}

static int find(struct pedigree_call *call, enum pedigree_kind kind,
		struct founds *founds, struct pedigree_error *err)
{
	json_t *expression = json_object_get(call->request, "SearchExpression");
	const char *by = pedigree_call_text(call, "SortBy");
	struct pedigree_ledger_filter filter = { .kind = (int)kind };
	_cleanup_(pedigree_rows_clear) struct pedigree_rows rows = { 0 };
	int status = pedigree_ledger_list(call->ledger, &filter, &rows, err);

	for (size_t i = 0; !status && i < rows.n; i++) {
		_cleanup_json_ json_t *record = NULL;
		struct found *found;

		status = describe(call, rows.v[i], &record, err);
		if (status || !expression_fits(record, expression))
			continue;
		found = pedigree_vec_push(founds);
		if (!found)
			return pedigree_fail_memory(err);
		found->at = i;
		visit_property(record, by ? by : "LastModifiedTime", take_key,
			       &found->key);
		found->json = pedigree_take(record);
	}
	return status;
}

/* What lacks the property comes last in either order. */
static int compare_keys(const struct found *a, const struct found *b)
{
	double x = json_number_value(a->key), y = json_number_value(b->key);

	if (json_is_string(a->key) && json_is_string(b->key))
		return strcmp(json_string_value(a->key),
			      json_string_value(b->key));
	return x < y ? -1 : x > y;
}

static int descending(const void *a, const void *b)
{
	const struct found *x = a, *y = b;
	int order;

	if (!x->key != !y->key)
		return x->key ? -1 : 1;
	order = x->key ? compare_keys(y, x) : 0;
	return order ? order : x->at < y->at ? -1 : x->at > y->at;
}

static int ascending(const void *a, const void *b)
{
	const struct found *x = a, *y = b;
	int order;

	if (!x->key != !y->key)
		return x->key ? -1 : 1;
	order = x->key ? compare_keys(x, y) : 0;
	return order ? order : x->at < y->at ? -1 : x->at > y->at;
}

static int write_page(struct pedigree_call *call, const struct founds *founds,
		      const char *word, struct pedigree_error *err)
{
	_cleanup_(pedigree_page_close) struct pedigree_page page = { 0 };
	json_t *results = json_array();
	int status = pedigree_put(call->answer, "Results", results);

	if (!status)
		status = pedigree_page_open(call, PAGE, &page);
	if (status)
		return status;
	size_t i = (size_t)json_integer_value(json_object_get(page.mark, "i"));
	for (size_t n = 0; i < founds->n && n < page.size; n++, i++)
		if (json_array_append_new(results,
					  json_pack("{sO}", word,
						    founds->v[i].json)))
			return pedigree_fail_memory(err);
	if (i < founds->n &&
	    pedigree_page_more(call, &page,
			       json_pack("{sI}", "i", (json_int_t)i)))
		return pedigree_fail_memory(err);
	return 0;
}

int pedigree_do_search(struct pedigree_call *call, struct pedigree_error *err)
{
	_cleanup_(founds_clear) struct founds founds = { 0 };
	const char *resource = pedigree_call_text(call, "Resource");
	const char *order = pedigree_call_text(call, "SortOrder");
	size_t which = 0;
	int status = check_filters(call, json_object_get(call->request,
							 "SearchExpression"));

	while (strcmp(resources[which].resource, resource) != 0)
		which++;
	if (!status && call->ledger)
		status = find(call, resources[which].kind, &founds, err);
	if (status)
		return status;
	if (founds.n)
		qsort(founds.v, founds.n, sizeof(*founds.v),
		      order && strcmp(order, "Ascending") == 0 ? ascending
							       : descending);
	return write_page(call, &founds, resources[which].word, err);
}
