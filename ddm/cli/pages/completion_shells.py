"""How the shells ask for completions, and are told: click's machinery, with scripts of our own.

They say nothing on stderr, and know what click's do not: bash shows the names of jobs beside their
numbers, and the value of --option=value is completed in every shell.
"""

from __future__ import annotations

import os

from click.shell_completion import (
    BashComplete,
    CompletionItem,
    FishComplete,
    ShellComplete,
    ZshComplete,
    split_arg_string,
)

# COMP_TYPE of bash: the words are only listed, or listed if they do not become one.
_LISTING = ("63", "33", "64")

_BASH = """\
_ddm_completion() {
    local IFS=$'\\n' line
    COMPREPLY=()
    while read -r line; do
        case $line in
            dir,*) compopt -o dirnames ;;
            file,*) compopt -o default ;;
            plain,*) COMPREPLY+=("${line#plain,}") ;;
        esac
    done < <(COMP_WORDS="${COMP_WORDS[*]}" COMP_CWORD=$COMP_CWORD COMP_TYPE=$COMP_TYPE \\
        %(complete_var)s=bash_complete "$1" 2> /dev/null)
}
complete -o nosort -F _ddm_completion %(prog_name)s
"""

_ZSH = """\
#compdef %(prog_name)s

_ddm_completion() {
    local -a response plain described
    local kind word meaning
    response=("${(@f)$(COMP_WORDS="${words[*]}" COMP_CWORD=$((CURRENT - 1)) \\
        %(complete_var)s=zsh_complete %(prog_name)s 2> /dev/null)}")
    compset -P '--*='
    for kind word meaning in "${response[@]}"; do
        case $kind in
            dir) _path_files -/ ;;
            file) _path_files -f ;;
            plain)
                if [[ $meaning == _ ]]; then
                    plain+=("$word")
                else
                    described+=("$word:$meaning")
                fi ;;
        esac
    done
    (( $#described )) && _describe -V unsorted described
    (( $#plain )) && compadd -V unsorted -a plain
}

if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    _ddm_completion "$@"
else
    compdef _ddm_completion %(prog_name)s
fi
"""

_FISH = """\
function _ddm_completion
    set -l lines (COMP_WORDS=(commandline -cp) COMP_CWORD=(commandline -ct) \\
        %(complete_var)s=fish_complete %(prog_name)s 2> /dev/null)
    for line in $lines
        set -l parts (string split -m 1 "," -- $line)
        switch $parts[1]
            case dir
                __fish_complete_directories $parts[2]
            case file
                __fish_complete_path $parts[2]
            case plain
                echo $parts[2]
        end
    end
end
complete --no-files --command %(prog_name)s --arguments "(_ddm_completion)"
"""


class Bash(BashComplete):
    """bash 4.4 or newer."""

    source_template = _BASH

    def source(self) -> str:
        """See click, which would look for a bash first."""
        return ShellComplete.source(self)

    def get_completion_args(self) -> tuple[list[str], str]:
        """See click. Of --option=value, which bash cuts in three, the "=" is left out."""
        words = split_arg_string(os.environ["COMP_WORDS"])
        count = int(os.environ["COMP_CWORD"])
        args, rest = words[1:count], words[count : count + 1]
        incomplete = "" if rest in ([], ["="]) else rest[0]
        return [word for word in args if word != "="], incomplete

    def complete(self) -> str:
        """See click. A number of a job is listed with its name, and inserted without."""
        args, incomplete = self.get_completion_args()
        items = self.get_completions(args, incomplete)
        listed = os.environ.get("COMP_TYPE") in _LISTING and len(items) > 1
        return "\n".join(
            f"plain,{item.value}  ({item.help})"
            if listed and item.described
            else self.format_completion(item)
            for item in items
        )


class Zsh(ZshComplete):
    """zsh."""

    source_template = _ZSH


class Fish(FishComplete):
    """fish. Descriptions may have commas."""

    source_template = _FISH

    def complete(self) -> str:
        """See click. For fish, --option=value is one word."""
        args, incomplete = self.get_completion_args()
        option, equals, _ = incomplete.partition("=")
        before = option + equals if equals and option.startswith("--") else ""
        return "\n".join(
            self.format_completion(CompletionItem(before + item.value, item.type, item.help))
            for item in self.get_completions(args, incomplete)
        )


SHELLS: dict[str, type[ShellComplete]] = {"bash": Bash, "zsh": Zsh, "fish": Fish}
