# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# bash completion for pedigree. What there is to complete, the command tells:
# see cli/complete.c.

_pedigree()
{
	local program=${COMP_WORDS[0]/#\~/$HOME} word=${COMP_WORDS[COMP_CWORD]}
	local -a words=()
	local last= line text i

	# The shell has split --format=json at the equals sign.
	for ((i = 1; i <= COMP_CWORD; i++)); do
		text=${COMP_WORDS[i]}
		if [[ $text == = && $last == --* || $last == --*= ]]; then
			last+=$text
			words[${#words[@]}-1]=$last
		else
			last=$text
			words+=("$last")
		fi
	done
	[[ $word == = ]] && word=

	COMPREPLY=()
	while IFS= read -r line; do
		text=${line%%$'\t'*}
		case $text in
		:files)
			compopt -o filenames
			mapfile -t COMPREPLY < <(compgen -f -- "$word")
			;;
		:command\ *)
			_pedigree_command "$text"
			;;
		*)
			[[ $text == --*=* ]] && text=${text#*=}
			COMPREPLY+=("$text")
			;;
		esac
	done < <("$program" --complete "${words[@]}" 2>/dev/null)
}

# The rest of the line is another command's.
_pedigree_command()
{
	local start=$((${1#:command } + 1))

	if declare -F _command_offset >/dev/null; then
		_command_offset "$start"
	elif ((COMP_CWORD == start)); then
		mapfile -t COMPREPLY < <(compgen -c -- "$word")
	else
		compopt -o filenames
		mapfile -t COMPREPLY < <(compgen -f -- "$word")
	fi
}

complete -F _pedigree pedigree
