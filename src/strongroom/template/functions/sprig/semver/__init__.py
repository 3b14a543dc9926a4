"""Versions, and what is asked of them (p).

Source: https://masterminds.github.io/sprig/semver.html
"""

from __future__ import annotations

from collections.abc import Mapping

from strongroom.template.function import Function, Kind
from strongroom.template.functions.sprig.semver.constraints import meets
from strongroom.template.functions.sprig.semver.version import SemanticVersion, parse_version


def _semver_compare(constraint: str, version: str) -> bool:
    return meets(parse_version(version), constraint)


FUNCTIONS: Mapping[str, Function] = {
    "semver": Function(parse_version, (Kind.STRING,)),
    "semverCompare": Function(_semver_compare, (Kind.STRING, Kind.STRING)),
}

__all__ = ["FUNCTIONS", "SemanticVersion"]
