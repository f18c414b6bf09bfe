/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SageMaker's jobs: each is the trial component that SageMaker itself makes
 * for it, with its channels as inputs and what it will write as outputs. It
 * goes on when the command that started it has ended; its end is not seen.
 */
#include "config.h"

#include <string.h>

#include "graph/control.h"
#include "graph/params.h"
#include "graph/text.h"

#define MODEL "Model"
#define DATA_SET "DataSet"
#define IMAGE "Image"

struct job {
	struct pedigree_control *control;
	const char *name, *arn;
	const char *suffix;
	struct pedigree_entity entity; /* until it is added */
	struct pedigree_control_parts inputs, outputs;
};

/* An artifact by its URI, and its row in the component's own table. */
static int add(struct job *job, bool output, const char *key, const char *uri,
	       const char *type)
{
	struct pedigree_pairs *pairs = output ? &job->entity.output_artifacts
					      : &job->entity.input_artifacts;
	int r;

	if (!uri)
		return 0;
	r = pedigree_control_part(job->control, uri, type,
				  output ? &job->outputs : &job->inputs);
	return r < 0 ? r : pedigree_pairs_set(pairs, key, uri);
}

static int set_texts(struct job *job)
{
	_cleanup_buf_ struct pedigree_buf name = PEDIGREE_BUF_INIT;
	struct pedigree_entity *entity = &job->entity;
	const struct pedigree_event *event = job->control->event;
	const struct pedigree_entity *run =
		job->control->builder->record->entities.v;

	pedigree_buf_addf(&name, "%s-aws-%s-job", job->name, job->suffix);
	if (pedigree_buf_error(&name))
		return PEDIGREE_ENOMEM;
	entity->kind = PEDIGREE_TRIAL_COMPONENT;
	entity->name = pedigree_api_name(name.data);
	entity->display_name = entity->name ? strdup(entity->name) : NULL;
	entity->status = strdup("InProgress");
	entity->message = strdup("its start was seen, its end was not");
	entity->start_ms = (int64_t)(event->time_ns / 1000000);
	entity->created_ms = entity->start_ms;
	entity->modified_ms = entity->start_ms;
	if (!entity->display_name || !entity->status || !entity->message ||
	    pedigree_entity_set_job(entity, job->arn) < 0)
		return PEDIGREE_ENOMEM;
	return pedigree_param_put(&entity->parameters, "started_by", run->name);
}

static int finish(struct job *job, int r)
{
	struct pedigree_builder *builder = job->control->builder;
	size_t entity;

	if (r == 0)
		r = set_texts(job);
	if (r == 0)
		r = pedigree_builder_add(builder, &job->entity, &entity);
	if (r == 0)
		r = pedigree_control_contribute(job->control, &job->inputs,
						entity);
	for (size_t i = 0; i < job->outputs.n && r == 0; i++)
		r = pedigree_builder_edge(builder, entity, job->outputs.v[i],
					  "Produced");
	pedigree_entity_clear(&job->entity);
	pedigree_vec_clear(&job->inputs);
	pedigree_vec_clear(&job->outputs);
	return r;
}

/* A URI below a folder's, which may end in a slash. */
static int add_below(struct job *job, const char *key, const char *folder,
		     const char *rest, const char *type)
{
	_cleanup_buf_ struct pedigree_buf uri = PEDIGREE_BUF_INIT;
	size_t n = folder ? strlen(folder) : 0;

	if (!n)
		return 0;
	while (n && folder[n - 1] == '/')
		n--;
	pedigree_buf_add(&uri, folder, n);
	pedigree_buf_addf(&uri, "/%s/%s", job->name, rest);
	if (pedigree_buf_error(&uri))
		return PEDIGREE_ENOMEM;
	return add(job, true, key, uri.data, type);
}

int pedigree_control_training(struct pedigree_control *control)
{
	struct job job = {
		.control = control,
		.suffix = "training",
		.name = pedigree_control_field(control, "TrainingJobName"),
		.arn = pedigree_control_field(control, "answer-TrainingJobArn"),
	};
	int r = 0;

	if (!job.name || !job.arn)
		return 0;
	for (unsigned int i = 0; i < PEDIGREE_CONTROL_MAX && r == 0; i++) {
		const char *channel = pedigree_control_field(
			control, "InputDataConfig[%u].ChannelName", i);

		r = add(&job, false, channel ? channel : "input",
			pedigree_control_field(
				control,
				"InputDataConfig[%u].DataSource.S3DataSource.S3Uri",
				i),
			DATA_SET);
	}
	if (r == 0)
		r = add(&job, false, "SageMaker.ImageUri",
			pedigree_control_field(
				control,
				"AlgorithmSpecification.TrainingImage"),
			IMAGE);
	if (r == 0)
		r = add_below(&job, "SageMaker.ModelArtifact",
			      pedigree_control_field(
				      control, "OutputDataConfig.S3OutputPath"),
			      "output/model.tar.gz", MODEL);
	return finish(&job, r);
}

int pedigree_control_processing(struct pedigree_control *control)
{
	struct job job = {
		.control = control,
		.suffix = "processing",
		.name = pedigree_control_field(control, "ProcessingJobName"),
		.arn = pedigree_control_field(control,
					      "answer-ProcessingJobArn"),
	};
	int r = 0;

	if (!job.name || !job.arn)
		return 0;
	for (unsigned int i = 0; i < PEDIGREE_CONTROL_MAX && r == 0; i++) {
		const char *input = pedigree_control_field(
			control, "ProcessingInputs[%u].InputName", i);
		const char *output = pedigree_control_field(
			control,
			"ProcessingOutputConfig.Outputs[%u].OutputName", i);

		r = add(&job, false, input ? input : "input",
			pedigree_control_field(
				control, "ProcessingInputs[%u].S3Input.S3Uri",
				i),
			DATA_SET);
		if (r == 0)
			r = add(&job, true, output ? output : "output",
				pedigree_control_field(
					control,
					"ProcessingOutputConfig.Outputs[%u].S3Output.S3Uri",
					i),
				DATA_SET);
	}
	if (r == 0)
		r = add(&job, false, "SageMaker.ImageUri",
			pedigree_control_field(control,
					       "AppSpecification.ImageUri"),
			IMAGE);
	return finish(&job, r);
}

int pedigree_control_transform(struct pedigree_control *control)
{
	struct job job = {
		.control = control,
		.suffix = "transform",
		.name = pedigree_control_field(control, "TransformJobName"),
		.arn = pedigree_control_field(control,
					      "answer-TransformJobArn"),
	};
	const char *model = pedigree_control_field(control, "ModelName");
	size_t entity;
	int r;

	if (!job.name || !job.arn)
		return 0;
	r = add(&job, false, "SageMaker.TransformInput",
		pedigree_control_field(
			control,
			"TransformInput.DataSource.S3DataSource.S3Uri"),
		DATA_SET);
	if (r == 0)
		r = add(&job, true, "SageMaker.TransformOutput",
			pedigree_control_field(control,
					       "TransformOutput.S3OutputPath"),
			DATA_SET);
	if (r == 0 && model) {
		r = pedigree_control_find(control, job.arn, "model", model,
					  &entity);
		if (r == 0)
			r = pedigree_control_parts_of(control, entity,
						      &job.inputs);
		if (r == PEDIGREE_ENOTFOUND)
			r = 0;
	}
	return finish(&job, r);
}
