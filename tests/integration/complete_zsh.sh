# SPDX-License-Identifier: Apache-2.0
#
# zsh, on a terminal of its own, completes commands, options, values, files
# and the other command.
. "${top_srcdir:?}/tests/support.sh"
needs_ zsh pedigree

: >data.csv
mkdir functions
cp "$top_srcdir/completions/_pedigree" functions/
cat >complete.zsh <<'END'
zmodload zsh/zpty || exit 99

# Until the shell on the terminal says TEXT.
until_said() {
	local text
	zpty -r -m shell text "*$1*" || exit 99
}

zpty shell 'TERM=dumb zsh -f -i'
zpty -w shell "PS1= PROMPT_EOL_MARK= ; unsetopt zle_bracketed_paste"
zpty -w shell "fpath=($PWD/functions \$fpath)"
zpty -w shell 'autoload -U compinit; compinit -u -d $PWD/zcompdump'
zpty -w shell 'show() { print -r -- "<$BUFFER>"; BUFFER=; zle accept-line }'
zpty -w shell "zle -N show; bindkey '^X' show; print rea''dy"
until_said ready

for line in "$@"; do
	zpty -w -n shell "$line"$'\t\x18'
	zpty -r -m shell text '*<pedigree*>*' || exit 99
	print -r -- ${${text##*'<'}%%'>'*}
done
zpty -d shell
END
cat >expected <<'END'
pedigree trace 
pedigree trace --direction 
pedigree trace --direction down 
pedigree trace --direction=down 
pedigree show data.csv 
pedigree run -q -- basename 
END
timeout 60 zsh -f complete.zsh 'pedigree tra' 'pedigree trace --dir' \
	'pedigree trace --direction d' 'pedigree trace --direction=d' \
	'pedigree show da' 'pedigree run -q -- basenam' >actual 2>errors ||
	{ cat actual errors; framework_failure_ "zsh failed"; }
diff expected actual || { cat errors; fail_ "zsh completes something else"; }
