# SPDX-License-Identifier: Apache-2.0
#
# Every subcommand has --help, and a manual page that names each of its
# options and no other; pedigree(1) names each subcommand. Section 3 has the
# functions of the library.
. "${top_srcdir:?}/tests/policy/tree.sh"
needs_ pedigree

# `pedigree --complete` prints the table that the command itself is made of.
pedigree --complete '' | cut -f 1 >"$work/commands" ||
	framework_failure_ "pedigree does not tell its commands"
[ -s "$work/commands" ] || framework_failure_ "pedigree has no commands"

while read -r command; do
	pedigree "$command" --help >"$work/help" 2>&1 </dev/null &&
		grep -q "^usage: pedigree $command" "$work/help" ||
		offence_ "pedigree $command --help does not work"
	page=man/pedigree-$command.1
	if [ ! -e "$page" ]; then
		offence_ "there is no $page"
		continue
	fi
	grep -q "pedigree-$command 1" man/pedigree.1 ||
		offence_ "man/pedigree.1 does not name pedigree-$command(1)"
	pedigree --complete "$command" -- | sed -n 's/^--\([a-z-]*\).*/\1/p' |
		sort -u >"$work/options"
	sed -n '/^\.It/s/.*Fl -\([a-z][a-z-]*\).*/\1/p' "$page" |
		sort -u >"$work/documented"
	diff "$work/options" "$work/documented" >"$work/diff" ||
		offence_ "$page and the options (<) differ: $(cat "$work/diff")"
done <"$work/commands"

for page in man/pedigree-*.1; do
	command=${page#man/pedigree-}
	grep -qx "${command%.1}" "$work/commands" ||
		offence_ "$page is about no command"
done
# Section 3 describes the functions that the library exports, and no other.
sed -n 's/^\t\([a-z_]*\);$/\1/p' lib/libpedigree.map | sort >"$work/exported"
sed -n 's/^\.F[on] \(pedigree_[a-z_]*\)\( .*\)*$/\1/p' man/*.3 | sort -u \
	>"$work/described"
[ -s "$work/exported" ] || framework_failure_ "lib/libpedigree.map has no names"
diff "$work/exported" "$work/described" >"$work/diff" ||
	offence_ "the library (<) and man/*.3 differ: $(cat "$work/diff")"
verdict_ "the manual, the command and the library do not agree"
