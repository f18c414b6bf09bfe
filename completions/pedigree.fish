# SPDX-License-Identifier: Apache-2.0
#
# fish completion for pedigree. What there is to complete, the command tells:
# see cli/complete.c.

function __pedigree_complete
    set -l words (commandline -opc)
    set -l word (commandline -ct)
    set -l program $words[1]
    for line in ($program --complete $words[2..-1] "$word" 2>/dev/null)
        switch $line
            case :files
                __fish_complete_path (string replace -r -- '^--[^=]*=' '' "$word")
            case ':command *'
                set -l start (math (string replace ':command ' '' -- $line) + 1)
                __fish_complete_subcommand --fcs-skip=$start
            case '*'
                printf '%s\n' $line
        end
    end
end

complete -c pedigree -f -a '(__pedigree_complete)'
