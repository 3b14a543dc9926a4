"""What a shell runs to complete commands of this program.  (p)"""

from __future__ import annotations

_BASH = """# Completion for {program} in bash.
_{function}() {{
    COMPREPLY=()
    local found
    while IFS= read -r found; do
        COMPREPLY+=("$found")
    done < <(COMP_LINE="$COMP_LINE" COMP_POINT="$COMP_POINT" "$1" "$1" "$2" "$3" 2>/dev/null)
    if [[ ${{#COMPREPLY[@]}} -eq 1 && ${{COMPREPLY[0]}} == *[/=] ]]; then
        compopt -o nospace
    fi
}}
complete -F _{function} {program}
"""
_ZSH = """#compdef {program}
# Completion for {program} in zsh.
_{function}() {{
    local -a found open closed
    local each
    found=("${{(@f)$(COMP_LINE="${{(j: :)words[1,CURRENT]}}" COMP_POINT= "$words[1]" 2>/dev/null)}}")
    for each in $found; do
        if [[ $each == */ || $each == *= ]]; then open+=("$each"); else closed+=("$each"); fi
    done
    (( $#open )) && compadd -S '' -- $open
    (( $#closed )) && compadd -- $closed
    return 0
}}
if [[ $funcstack[1] == _{function} ]]; then
    _{function} "$@"
else
    compdef _{function} {program}
fi
"""
_FISH = """# Completion for {program} in fish.
function __{function}_complete
    set -lx COMP_LINE (commandline -cp)
    set -lx COMP_POINT ''
    set -l words (commandline -opc)
    $words[1] 2>/dev/null
end
complete -f -c {program} -a '(__{function}_complete)'
"""
SCRIPTS = {"bash": _BASH, "fish": _FISH, "zsh": _ZSH}
"""By shell."""


def script(shell: str, program: str) -> str:
    """The script for a shell that completes commands of `program`."""
    return SCRIPTS[shell].format(program=program, function=program.replace("-", "_"))
