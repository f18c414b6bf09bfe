/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What ties entities together, and their tags.
 */
#include "config.h"

#include "api/client.h"
#include "api/forms.h"
#include "base/base.h"
#include "base/err.h"

static int call_ends(struct pedigree_client *client, const char *operation,
		     const struct pedigree_ends *ends,
		     struct pedigree_error *err)
{
	const struct pedigree_part part = { &pedigree_form_ends, ends };

	return pedigree_typed_call(client, operation, &part, 1, NULL, err);
}

int pedigree_associate(struct pedigree_client *client, const char *source_arn,
		       const char *destination_arn, const char *type,
		       struct pedigree_error *err)
{
	const struct pedigree_ends ends = { source_arn, destination_arn, type };

	return call_ends(client, "AddAssociation", &ends, err);
}

int pedigree_dissociate(struct pedigree_client *client, const char *source_arn,
			const char *destination_arn, struct pedigree_error *err)
{
	const struct pedigree_ends ends = { source_arn, destination_arn, NULL };

	return call_ends(client, "DeleteAssociation", &ends, err);
}

int pedigree_association_list(struct pedigree_client *client,
			      const struct pedigree_association_filter *filter,
			      struct pedigree_association **ret_associations,
			      size_t *ret_n, struct pedigree_error *err)
{
	static const struct pedigree_list_name name = {
		.list = "AssociationSummaries",
	};
	const struct pedigree_part part = { &pedigree_form_association_filter,
					    filter };
	const struct pedigree_pages pages = {
		.max_items = filter ? filter->limit : 0,
	};
	_cleanup_free_ char *answer = NULL;
	int status = pedigree_typed_list(client, "ListAssociations", &part, 1,
					 &pages, &answer, err);

	return status ? status
		      : pedigree_typed_answer(answer, &name,
					      &pedigree_form_association,
					      ret_associations, ret_n, err);
}

void pedigree_association_free(struct pedigree_association *associations)
{
	pedigree_typed_free(associations);
}

static int call_membership(struct pedigree_client *client,
			   const char *operation, const char *trial,
			   const char *component, struct pedigree_error *err)
{
	const struct pedigree_membership membership = { trial, component };
	const struct pedigree_part part = { &pedigree_form_membership,
					    &membership };

	return pedigree_typed_call(client, operation, &part, 1, NULL, err);
}

int pedigree_trial_join(struct pedigree_client *client, const char *trial,
			const char *component, struct pedigree_error *err)
{
	return call_membership(client, "AssociateTrialComponent", trial,
			       component, err);
}

int pedigree_trial_leave(struct pedigree_client *client, const char *trial,
			 const char *component, struct pedigree_error *err)
{
	return call_membership(client, "DisassociateTrialComponent", trial,
			       component, err);
}

int pedigree_tags_add(struct pedigree_client *client, const char *arn,
		      const struct pedigree_tag *tags, size_t n,
		      struct pedigree_error *err)
{
	const struct pedigree_tagging tagging = { .arn = arn,
						  .tags = tags,
						  .n = n };
	const struct pedigree_part part = { &pedigree_form_tagging, &tagging };

	/* The API has no request without tags. */
	return n ? pedigree_typed_call(client, "AddTags", &part, 1, NULL, err)
		 : 0;
}

int pedigree_tags_list(struct pedigree_client *client, const char *arn,
		       struct pedigree_tag **ret_tags, size_t *ret_n,
		       struct pedigree_error *err)
{
	static const struct pedigree_list_name name = { .list = "Tags" };
	static const struct pedigree_pages all = { 0 };
	const struct pedigree_tagging tagging = { .arn = arn };
	const struct pedigree_part part = { &pedigree_form_tagging, &tagging };
	_cleanup_free_ char *answer = NULL;
	int status = pedigree_typed_list(client, "ListTags", &part, 1, &all,
					 &answer, err);

	return status ? status
		      : pedigree_typed_answer(answer, &name, &pedigree_form_tag,
					      ret_tags, ret_n, err);
}

int pedigree_tags_delete(struct pedigree_client *client, const char *arn,
			 const char *const *keys, struct pedigree_error *err)
{
	const struct pedigree_tagging tagging = { .arn = arn, .keys = keys };
	const struct pedigree_part part = { &pedigree_form_tagging, &tagging };

	return pedigree_typed_call(client, "DeleteTags", &part, 1, NULL, err);
}

void pedigree_tags_free(struct pedigree_tag *tags)
{
	pedigree_typed_free(tags);
}
