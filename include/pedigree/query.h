/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asking for lineage, and printing the answers.
 *
 * A TARGET is an ARN, a path, a URI, a run's name or an endpoint's name. A
 * path that exists is looked up by its bytes first, so that a copy of a
 * model finds the run that made it.
 */
#ifndef PEDIGREE_QUERY_H
#define PEDIGREE_QUERY_H

#include <stdint.h>
#include <stdio.h>

#include <pedigree/error.h>
#include <pedigree/pedigree.h>

#ifdef __cplusplus
extern "C" {
#endif

enum pedigree_direction {
	PEDIGREE_UP,   /**< ancestors: what it was made of */
	PEDIGREE_DOWN, /**< descendants: what became of it */
	PEDIGREE_BOTH
};

enum pedigree_format {
	PEDIGREE_TEXT,
	PEDIGREE_JSON,
	/* Pictures, of lineage alone: */
	PEDIGREE_DOT,	  /**< for Graphviz */
	PEDIGREE_MERMAID, /**< a flowchart */
	PEDIGREE_HTML	  /**< one page that needs no other file */
};

/** How to print. Zeroed: plain text of any width, times in UTC. */
struct pedigree_print {
	enum pedigree_format format;
	int colour;  /**< escape sequences are allowed */
	int columns; /**< width to fit text into; 0: do not cut */
	int ascii;   /**< draw trees without UTF-8 */
	int wide;    /**< full names, URIs and versions */
	/**
	 * Gets a sentence the user should read beside the answer, such as
	 * that a file on disk is no recorded version. May be NULL.
	 */
	void (*note)(void *ctx, const char *sentence);
	void *note_ctx;
};

/**
 * What to show of a lineage. NULL and 0 members leave nothing out. The target
 * is always shown. Where only things that are left out tie two that are
 * shown, an edge without a type stands for the way through them.
 */
struct pedigree_trace_options {
	enum pedigree_direction direction;
	unsigned int depth;  /**< steps; 0: no limit */
	unsigned long limit; /**< at most so many vertices, the nearest */
	/** "Artifact", "Action", "Context", "TrialComponent" (or "run"),
	 *  without case; ended by NULL */
	const char *const *kinds;
	/** "DataSet", "Model", "Endpoint", …, without case; ended by NULL */
	const char *const *types;
	const char *tag_key; /**< what has this tag */
	const char *tag_value;
	/** Milliseconds since the epoch; of runs, when they began. */
	int64_t created_after_ms;
	int64_t created_before_ms;
};

/**
 * Prints the lineage of a target. The JSON form is
 * {"StartArn", "Direction", "Vertices": […], "Edges": […]}; an edge that
 * stands for what was left out has "Through": true and no AssociationType.
 *
 * @param options  NULL: everything the target was made of
 * @return 0; PEDIGREE_ENOTFOUND when the target is unknown or there is no
 *         ledger yet; PEDIGREE_EINVAL for a kind that does not exist;
 *         PEDIGREE_EFORMAT, PEDIGREE_EBUSY, PEDIGREE_EIO
 */
int pedigree_trace(const struct pedigree *pedigree, const char *target,
		   const struct pedigree_trace_options *options,
		   const struct pedigree_print *print, FILE *out,
		   struct pedigree_error *err);

/*
 * The same answers as structures.
 *
 * A lineage belongs to the caller, with everything it points to, until
 * pedigree_lineage_free. The order is fixed: vertices by their distance from
 * the start, then by their age; edges by their destinations. What is not
 * known is NULL or 0. Threads may ask at the same time.
 */

struct pedigree_lineage_vertex {
	const char *arn;
	const char *kind; /**< "Artifact", "TrialComponent", "Action", … */
	const char *type; /**< "DataSet", "Model", "Endpoint", … */
	const char *name;
	const char *source_uri;
	const char *version; /**< of an artifact: "sha256:…" */
	const char *status;  /**< of a run or deployment: "Completed" */
	int64_t created_ms;  /**< milliseconds since the epoch */
	int64_t modified_ms; /**< the same */
	unsigned int depth;  /**< steps from the start */
};

/** Does an endpoint still serve what a deployment brought? */
enum pedigree_serving {
	PEDIGREE_SERVING_UNKNOWN, /**< the edge is no deployment's */
	PEDIGREE_SERVING_NOW,
	PEDIGREE_SERVING_NO_MORE, /**< a later deployment replaced it */
	PEDIGREE_SERVING_FAILED	  /**< it never did */
};

struct pedigree_lineage_edge {
	size_t source;	    /**< index of a vertex */
	size_t destination; /**< the same */
	const char *type;   /**< "ContributedTo", "Produced", …; or NULL */
	int64_t created_ms; /**< milliseconds since the epoch */
	enum pedigree_serving serving;
};

struct pedigree_lineage {
	struct pedigree_lineage_vertex *vertices; /**< [0]: the start */
	size_t n_vertices;
	struct pedigree_lineage_edge *edges;
	size_t n_edges;
	int cut; /**< the limit of depth left something out */
};

/** Releases a lineage. NULL is allowed. */
void pedigree_lineage_free(struct pedigree_lineage *lineage);

/**
 * Everything that a target was made of, or that became of it.
 *
 * @param depth  steps; 0: no limit
 * @return 0; PEDIGREE_ENOTFOUND when the target is unknown or there is no
 *         ledger yet; PEDIGREE_EFORMAT, PEDIGREE_EBUSY, PEDIGREE_EIO,
 *         PEDIGREE_ENOMEM
 */
int pedigree_ancestors(const struct pedigree *pedigree, const char *target,
		       unsigned int depth,
		       struct pedigree_lineage **ret_lineage,
		       struct pedigree_error *err);
int pedigree_descendants(const struct pedigree *pedigree, const char *target,
			 unsigned int depth,
			 struct pedigree_lineage **ret_lineage,
			 struct pedigree_error *err);

/**
 * What is behind an endpoint: the deployment that it serves now, the model,
 * and everything that was made of. Deployments that failed or were replaced
 * are left out, with what only they led to.
 *
 * @param endpoint  its name, its ARN, or the ARN of its context
 * @return as pedigree_ancestors; also PEDIGREE_ENOTFOUND when the target is
 *         something else than an endpoint
 */
int pedigree_behind_endpoint(const struct pedigree *pedigree,
			     const char *endpoint,
			     struct pedigree_lineage **ret_lineage,
			     struct pedigree_error *err);

/**
 * What a data set or any other artifact ended up in: the runs that used it,
 * what they made, and the endpoints that serve it. A file of a data set that
 * was recorded as a whole stands for that data set.
 *
 * @param data  a path, a URI or an ARN
 * @return as pedigree_descendants; also PEDIGREE_ENOTFOUND when the target
 *         is something else than an artifact
 */
int pedigree_ended_up_in(const struct pedigree *pedigree, const char *data,
			 struct pedigree_lineage **ret_lineage,
			 struct pedigree_error *err);

/** In whose words an export is written. */
enum pedigree_export_format {
	PEDIGREE_OPENLINEAGE, /**< run events, one a line */
	PEDIGREE_PROV_JSON,   /**< one document, as W3C has it */
	PEDIGREE_IN_TOTO /**< statements with SLSA provenance, one a line */
};

/**
 * Writes the lineage of a target in the words of another tool: the runs and
 * deployments in it, each with all of its inputs and outputs. The same
 * records yield the same bytes.
 *
 * @param options  NULL: everything the target was made of. Only direction,
 *                 depth and limit matter.
 * @param print    its `note` gets what could not be told; may be NULL
 * @return 0; PEDIGREE_ENOTFOUND also when no run is within reach; else as
 *         pedigree_trace
 */
int pedigree_export(const struct pedigree *pedigree, const char *target,
		    const struct pedigree_trace_options *options,
		    enum pedigree_export_format format,
		    const struct pedigree_print *print, FILE *out,
		    struct pedigree_error *err);

/** Prints one entity; of a run also its inputs, outputs and capture. */
int pedigree_show(const struct pedigree *pedigree, const char *target,
		  const struct pedigree_print *print, FILE *out,
		  struct pedigree_error *err);

/**
 * Prints what each rank of a job read and wrote, for a run whose log is still
 * in the spool. JSON: [{"Launcher", "Rank", "Ranks", "Host", "Inputs":
 * [{"Path", "ArtifactType", "Files"}, …], "Outputs": […]}, …].
 *
 * @param run  a run's name, ARN, or its name in the spool
 * @return 0; PEDIGREE_ENOTFOUND also when no launcher said anything of ranks
 */
int pedigree_show_by_rank(const struct pedigree *pedigree, const char *run,
			  const struct pedigree_print *print, FILE *out,
			  struct pedigree_error *err);

/**
 * Prints the manifest of a data set that was rolled up of many files: what
 * was really read of it. JSON: [{"Path", "Size", "Version"}, …].
 */
int pedigree_manifest(const struct pedigree *pedigree, const char *target,
		      const struct pedigree_print *print, FILE *out,
		      struct pedigree_error *err);

enum pedigree_verification {
	PEDIGREE_VERIFIED,     /**< all has the recorded bytes */
	PEDIGREE_NOT_VERIFIED, /**< something changed or is gone */
	PEDIGREE_CANNOT_VERIFY /**< nothing did, but not all can be checked */
};

/**
 * Reads the inputs, the code and the outputs of the runs behind a target
 * again, and prints what does not have the recorded bytes. Local files are
 * read, S3 is asked for the versions and ETags of its objects; what is
 * elsewhere cannot be checked. JSON: {"Files": [{"Status":
 * "Changed|Gone|Unknown", "SourceUri", "Reason"}, …], "Runs", "Verified",
 * "Changed", "Gone", "Unknown", "Verdict": "Verified|NotVerified|Unknown"}.
 *
 * @param ret_verdict  set on success alone
 * @return as pedigree_trace
 */
int pedigree_verify(const struct pedigree *pedigree, const char *target,
		    const struct pedigree_print *print, FILE *out,
		    enum pedigree_verification *ret_verdict,
		    struct pedigree_error *err);

/** The same of the inputs and the code alone. */
int pedigree_verify_inputs(const struct pedigree *pedigree, const char *target,
			   const struct pedigree_print *print, FILE *out,
			   enum pedigree_verification *ret_verdict,
			   struct pedigree_error *err);

/**
 * Does [deploy] require = verified hold for a deployment by this command?
 *
 * @return 1, 0; PEDIGREE_EINVAL, PEDIGREE_ENOMEM
 */
int pedigree_deploy_required(const struct pedigree *pedigree,
			     const char *const *argv,
			     struct pedigree_error *err);

/**
 * Verifies what a command is going to deploy, as pedigree_verify does, and
 * prints what does not have the recorded bytes, as text.
 *
 * @param argv    the command
 * @param models  paths or URIs, as it was told; NULL or none: what a [deploy
 *                NAME] rule finds in the command, else the files among its
 *                words that rules call a Model. What else it reads cannot be
 *                known before it starts, and without any of these nothing
 *                can be verified.
 * @return 0; PEDIGREE_EFORMAT, PEDIGREE_EBUSY, PEDIGREE_EIO,
 *         PEDIGREE_EINVAL, PEDIGREE_ENOMEM. An unknown model is not verified.
 */
int pedigree_deploy_verify(const struct pedigree *pedigree,
			   const char *const *argv, const char *const *models,
			   const struct pedigree_print *print, FILE *out,
			   enum pedigree_verification *ret_verdict,
			   struct pedigree_error *err);

/** What to list. NULL and 0 members do not filter. */
struct pedigree_list_options {
	/** "runs", "artifacts", "actions", "contexts", "trials",
	 *  "experiments" or "associations"; "datasets", "models",
	 *  "deployments" or "endpoints" stand for artifacts, actions and
	 *  contexts of one type */
	const char *what;
	const char *type;	/**< ArtifactType, ActionType, ContextType */
	const char *name;	/**< part of the name, without case */
	const char *source_uri; /**< exact */
	const char *tag_key;
	const char *tag_value;
	int64_t created_after_ms; /**< milliseconds since the epoch */
	int64_t created_before_ms;
	/** "CreationTime" (default), "Name", or "Tags.KEY": what lacks the
	 *  tag comes last */
	const char *sort_by;
	int ascending;
	unsigned long limit; /**< at most so many; 0: all */
};

/**
 * Prints a list. Runs that have not been finished yet are listed too, from
 * the spool, with status InProgress.
 *
 * @return how many were printed, or a negative code
 */
long pedigree_list(const struct pedigree *pedigree,
		   const struct pedigree_list_options *options,
		   const struct pedigree_print *print, FILE *out,
		   struct pedigree_error *err);

/**
 * Prints why a path is or is not in a run's record, with the rule that
 * decided and where that rule stands.
 *
 * @param run  a run's name, ARN, or its name in the spool
 */
int pedigree_explain(const struct pedigree *pedigree, const char *run,
		     const char *path, const struct pedigree_print *print,
		     FILE *out, struct pedigree_error *err);

/**
 * Prints the events of a run, a line each (JSON: an object a line). Works
 * while the run goes on.
 */
int pedigree_events(const struct pedigree *pedigree, const char *run,
		    const struct pedigree_print *print, FILE *out,
		    struct pedigree_error *err);

#ifdef __cplusplus
}
#endif

#endif
