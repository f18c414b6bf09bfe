/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "store/sagemaker_words.h"

const struct pedigree_sagemaker_words
	pedigree_sagemaker_words[PEDIGREE_KINDS] = {
		[PEDIGREE_ARTIFACT] = { "CreateArtifact", "DescribeArtifact",
					"UpdateArtifact", "ArtifactName",
					"ArtifactArn", "ListArtifacts",
					"ArtifactSummaries" },
		[PEDIGREE_ACTION] = { "CreateAction", "DescribeAction",
				      "UpdateAction", "ActionName", "ActionArn",
				      "ListActions", "ActionSummaries" },
		[PEDIGREE_CONTEXT] = { "CreateContext", "DescribeContext",
				       "UpdateContext", "ContextName",
				       "ContextArn", "ListContexts",
				       "ContextSummaries" },
		[PEDIGREE_TRIAL_COMPONENT] = { "CreateTrialComponent",
					       "DescribeTrialComponent",
					       "UpdateTrialComponent",
					       "TrialComponentName",
					       "TrialComponentArn",
					       "ListTrialComponents",
					       "TrialComponentSummaries" },
		[PEDIGREE_TRIAL] = { "CreateTrial", "DescribeTrial",
				     "UpdateTrial", "TrialName", "TrialArn",
				     "ListTrials", "TrialSummaries" },
		[PEDIGREE_EXPERIMENT] = { "CreateExperiment",
					  "DescribeExperiment",
					  "UpdateExperiment", "ExperimentName",
					  "ExperimentArn", "ListExperiments",
					  "ExperimentSummaries" },
	};
