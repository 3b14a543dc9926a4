"""Regular expressions (p).

Source: https://github.com/hashicorp/consul-template/blob/main/docs/templating-language.md#regexmatch
"""

from __future__ import annotations

from collections.abc import Mapping

from strongroom.template.function import Function, Kind
from strongroom.template.functions.go import patterns


def _replace_all(pattern: str, replacement: str, text: str) -> str:
    return patterns.replaced(pattern, text, replacement)


FUNCTIONS: Mapping[str, Function] = {
    "regexMatch": Function(patterns.matches, (Kind.STRING, Kind.STRING)),
    "regexReplaceAll": Function(_replace_all, (Kind.STRING, Kind.STRING, Kind.STRING)),
}
