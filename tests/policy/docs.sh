# SPDX-License-Identifier: Apache-2.0
#
# The files that the documents name are there.
. "${top_srcdir:?}/tests/policy/tree.sh"

files_ '\.md$' >"$work/documents"
[ -s "$work/documents" ] || framework_failure_ "no documents"
while read -r document; do
	# `folder/…` in backquotes: from the top of the tree.
	grep -oE '`(bench|cli|completions|conf|doc|examples|hooks|include|lib|m4|man|tests)/[A-Za-z0-9_./-]*`' \
		"$document" | tr -d '`' | sort -u >"$work/paths"
	while read -r path; do
		[ -e "$path" ] || case $path in
		*MODULE* | *FAMILY* | *NAME*) ;;
		*) offence_ "$document names $path" ;;
		esac
	done <"$work/paths"
	# [text](path): from the document's own folder.
	grep -oE '\]\([^)#]+' "$document" | sed 's/^](//' |
		grep -v '://' | sort -u >"$work/paths"
	while read -r path; do
		[ -e "$(dirname "$document")/$path" ] ||
			offence_ "$document links to $path"
	done <"$work/paths"
done <"$work/documents"
verdict_ "documents name files that are not there"
