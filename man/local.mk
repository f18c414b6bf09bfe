# SPDX-License-Identifier: Apache-2.0

dist_man_MANS += \
	%D%/libpedigree.3 \
	%D%/pedigree-api.1 \
	%D%/pedigree-config.1 \
	%D%/pedigree-deploy.1 \
	%D%/pedigree-diff.1 \
	%D%/pedigree-doctor.1 \
	%D%/pedigree-downstream.1 \
	%D%/pedigree-env.1 \
	%D%/pedigree-events.1 \
	%D%/pedigree-explain.1 \
	%D%/pedigree-export.1 \
	%D%/pedigree-gc.1 \
	%D%/pedigree-graph.1 \
	%D%/pedigree-list.1 \
	%D%/pedigree-push.1 \
	%D%/pedigree-redact.1 \
	%D%/pedigree-rerun.1 \
	%D%/pedigree-run.1 \
	%D%/pedigree-show.1 \
	%D%/pedigree-trace.1 \
	%D%/pedigree-upstream.1 \
	%D%/pedigree-verify.1 \
	%D%/pedigree.1 \
	%D%/pedigree.conf.5 \
	%D%/pedigree_ancestors.3 \
	%D%/pedigree_artifact_create.3 \
	%D%/pedigree_associate.3 \
	%D%/pedigree_client_call.3 \
	%D%/pedigree_run_begin.3 \
	%D%/pedigree_session_begin.3 \
	%D%/pedigree_setting.3 \
	%D%/pedigree_trace.3 \
	%D%/pedigree_watch_write.3
