"""The functions of sprig, with `sprig_` before their names (p).

Source: https://masterminds.github.io/sprig/
"""

from __future__ import annotations

from collections.abc import Mapping

from strongroom.template.function import Function
from strongroom.template.functions.refusals import refused
from strongroom.template.functions.sprig import (
    casing,
    conversions,
    crypto,
    dates,
    defaults,
    dicts,
    documents,
    encodings,
    environment,
    floats,
    flow,
    identifiers,
    integers,
    lists,
    paths,
    random,
    reflection,
    regular_expressions,
    semver,
    string_lists,
    strings,
    urls,
    wrapping,
)

_PREFIX = "sprig_"
_SUBJECTS = (
    casing, conversions, crypto, dates, defaults, dicts, documents, encodings, environment, floats, flow, identifiers,
    integers, lists, paths, random, reflection, regular_expressions, semver, string_lists, strings, urls, wrapping,
)  # fmt: skip
_HOST = "getHostByName"
FUNCTIONS: Mapping[str, Function] = {
    _PREFIX + name: function for subject in _SUBJECTS for name, function in subject.FUNCTIONS.items()
} | {_PREFIX + _HOST: refused(_PREFIX + _HOST, "asks the network, which templates may not")}
