# SPDX-License-Identifier: Apache-2.0

EXTRA_DIST += \
	%D%/presets/kubernetes.conf \
	%D%/presets/python.conf \
	%D%/presets/r.conf \
	%D%/presets/sagemaker.conf \
	%D%/presets/slurm.conf
EXTRA_DIST += %D%/builtin.conf %D%/pedigree.conf.example \
	%D%/systemd/pedigree-push.service.in

# For `systemctl --user`: records are a user's.
dist_systemduserunit_DATA = %D%/systemd/pedigree-push.timer
nodist_systemduserunit_DATA = %D%/systemd/pedigree-push.service
CLEANFILES += %D%/systemd/pedigree-push.service

%D%/systemd/pedigree-push.service: %D%/systemd/pedigree-push.service.in
	$(AM_V_GEN)$(MKDIR_P) %D%/systemd && sed 's|[@]bindir[@]|$(bindir)|' \
		$(srcdir)/%D%/systemd/pedigree-push.service.in >$@-t && \
		mv $@-t $@
