# SPDX-License-Identifier: Apache-2.0
#
# fish completes commands, options, values, files and the other command.
. "${top_srcdir:?}/tests/support.sh"
needs_ fish pedigree

: >data.csv
HOME=$work
export HOME
cat >complete.fish <<'END'
source $top_srcdir/completions/pedigree.fish
for line in 'pedigree tra' 'pedigree trace --dir' \
        'pedigree trace --direction d' 'pedigree trace --direction=d' \
        'pedigree show da' 'pedigree run -q -- basenam'
    echo (complete -C $line | string replace -r '\t.*' '')
end
END
cat >expected <<'END'
trace
--direction
down
--direction=down
data.csv
basename
END
fish --no-config complete.fish >actual 2>errors ||
	{ cat errors; framework_failure_ "fish failed"; }
diff expected actual || { cat errors; fail_ "fish completes something else"; }
