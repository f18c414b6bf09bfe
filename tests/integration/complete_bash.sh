# SPDX-License-Identifier: Apache-2.0
#
# bash completes commands, options, values, files and the other command.
. "${top_srcdir:?}/tests/support.sh"
needs_ bash pedigree

: >'a file.csv'
cat >complete.bash <<'END'
source "$top_srcdir/completions/pedigree.bash"
complete -p pedigree >/dev/null || exit 99
compopt() { :; }  # only allowed while a person completes

# completed WORD…: what the last word becomes.
completed() {
	COMP_WORDS=("$@")
	COMP_CWORD=$(($# - 1))
	_pedigree
	printf '%s\n' "${COMPREPLY[@]}" | sort -u | tr '\n' ' '
	echo
}
completed pedigree tra
completed pedigree trace --dir
completed pedigree trace --direction d
completed pedigree trace --direction = d
completed pedigree show 'a f'
completed pedigree run -q -- basenam
END
cat >expected <<'END'
trace 
--direction 
down 
down 
a file.csv 
basename 
END
bash --norc complete.bash >actual 2>errors ||
	{ cat errors; framework_failure_ "bash failed"; }
diff expected actual || fail_ "bash completes something else"
[ ! -s errors ] || { cat errors; fail_ "bash complained"; }
