# SPDX-License-Identifier: Apache-2.0

dist_zshcompletion_DATA = %D%/_pedigree
dist_fishcompletion_DATA = %D%/pedigree.fish
EXTRA_DIST += %D%/pedigree.bash

# bash looks for a file of the command's name.
install-data-hook: install-bash-completion
.PHONY: install-bash-completion
install-bash-completion:
	$(MKDIR_P) "$(DESTDIR)$(bashcompletiondir)"
	$(INSTALL_DATA) $(srcdir)/%D%/pedigree.bash \
		"$(DESTDIR)$(bashcompletiondir)/pedigree"

uninstall-hook: uninstall-bash-completion
.PHONY: uninstall-bash-completion
uninstall-bash-completion:
	rm -f "$(DESTDIR)$(bashcompletiondir)/pedigree"
