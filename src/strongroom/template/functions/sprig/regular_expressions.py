"""Regular expressions (p).

Source: https://masterminds.github.io/sprig/strings.html#regexmatch-mustregexmatch
"""

from __future__ import annotations

from collections.abc import Mapping

from strongroom.template.function import Function, Kind
from strongroom.template.functions.go import patterns


def _match(pattern: str, text: str) -> bool:
    """Whether it matches; a pattern that is none matches nothing."""
    try:
        return patterns.matches(pattern, text)
    except patterns.BadPattern:
        return False


_TWO, _THREE, _COUNTED = (Kind.STRING,) * 2, (Kind.STRING,) * 3, (Kind.STRING, Kind.STRING, Kind.INT)
_NAMED = {
    "Find": Function(patterns.found, _TWO),
    "FindAll": Function(patterns.all_found, _COUNTED),
    "ReplaceAll": Function(patterns.replaced, _THREE),
    "ReplaceAllLiteral": Function(patterns.replaced_literally, _THREE),
    "Split": Function(patterns.split, _COUNTED),
}
FUNCTIONS: Mapping[str, Function] = {
    "mustRegexMatch": Function(patterns.matches, _TWO),
    "regexMatch": Function(_match, _TWO),
    "regexQuoteMeta": Function(patterns.quoted, (Kind.STRING,)),
    **{f"regex{name}": function for name, function in _NAMED.items()},
    **{f"mustRegex{name}": function for name, function in _NAMED.items()},
}
