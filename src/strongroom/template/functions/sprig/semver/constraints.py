"""What is asked of a version, such as `>= 1.2, < 3 || ^4.1`.

Source: https://github.com/Masterminds/semver#checking-version-constraints
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from strongroom.template.errors import FunctionFailed
from strongroom.template.functions.sprig.semver.version import SemanticVersion, compared_prereleases, parse_version

_MOST_CHARACTERS = 1000
_NUMBER = r"(?:[0-9]+|[xX*])"
_LABELS = r"[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*"
_PARTIAL = rf"v?({_NUMBER})(?:\.({_NUMBER}))?(?:\.({_NUMBER}))?(?:-({_LABELS}))?(?:\+{_LABELS})?"
_ONE = re.compile(rf"\s*(=>|>=|=<|<=|!=|~>|=|>|<|~|\^|)\s*{_PARTIAL}")
_RANGE = re.compile(rf"\s*(?P<first>{_PARTIAL})\s+-\s+(?P<last>{_PARTIAL})\s*")
_BETWEEN = re.compile(r"\s*,\s*|\s+")


@dataclass(frozen=True, slots=True)
class _Constraint:
    """A comparison with a version of which so many numbers were given: others, and `x`, are zero."""

    operator: str
    version: SemanticVersion
    given: int


def meets(version: SemanticVersion, constraint: str) -> bool:
    """Whether a version meets a constraint.  Raises `FunctionFailed` if that is none."""
    if len(constraint) > _MOST_CHARACTERS:
        raise FunctionFailed(f"the constraint has more than {_MOST_CHARACTERS} characters")
    ranged = _RANGE.sub(lambda found: f">= {found['first']}, <= {found['last']} ", constraint)
    # All are read, so that a fault in any is told.
    alternatives = [_parsed(alternative) for alternative in ranged.split("||")]
    return any(_meets_all(version, constraints) for constraints in alternatives)


def _meets_all(version: SemanticVersion, constraints: list[_Constraint]) -> bool:
    if version.prerelease and not any(constraint.version.prerelease for constraint in constraints):
        return False
    return all(_TESTS[constraint.operator](version, constraint) for constraint in constraints)


def _parsed(text: str) -> list[_Constraint]:
    """The constraints of one alternative.  Raises `FunctionFailed`."""
    constraints, at = list[_Constraint](), 0
    stripped = text.strip()
    while at < len(stripped) or not constraints:
        found = _ONE.match(stripped, at)
        if found is None:
            raise FunctionFailed("improper constraint")
        constraints.append(_constraint(found))
        at = found.end()
        between = _BETWEEN.match(stripped, at)
        if at < len(stripped) and (between is None or between.end() == len(stripped)):
            raise FunctionFailed("improper constraint")
        at = between.end() if between else at
    return constraints


def _constraint(found: re.Match[str]) -> _Constraint:
    numbers: list[str] = []
    for number in found.groups()[1:4]:
        if number is None or number in "xX*":
            break
        numbers.append(number)
    prerelease = f"-{found[5]}" if found[5] else ""
    version = parse_version(".".join([*numbers, "0", "0", "0"][:3]) + prerelease)
    return _Constraint(found[1], version, len(numbers))


def _starts_equal(version: SemanticVersion, constraint: _Constraint, count: int) -> bool:
    """Whether the first numbers are the same."""
    wanted = constraint.version
    numbers, others = (version.major, version.minor, version.patch), (wanted.major, wanted.minor, wanted.patch)
    return numbers[:count] == others[:count]


def _equal(version: SemanticVersion, constraint: _Constraint) -> bool:
    return version.equals(constraint.version) if constraint.given == 3 else _tilde(version, constraint)


def _not_equal(version: SemanticVersion, constraint: _Constraint) -> bool:
    if constraint.given in {0, 3}:
        return not version.equals(constraint.version)
    if not _starts_equal(version, constraint, constraint.given):
        return True
    prereleases = version.prerelease, constraint.version.prerelease
    return constraint.given == 2 and any(prereleases) and compared_prereleases(*prereleases) != 0


def _greater(version: SemanticVersion, constraint: _Constraint) -> bool:
    if constraint.given in {0, 3}:
        return version.is_after(constraint.version)
    wanted = constraint.version
    if version.major != wanted.major:
        return version.major > wanted.major
    return constraint.given == 2 and version.minor > wanted.minor


def _greater_or_equal(version: SemanticVersion, constraint: _Constraint) -> bool:
    return version.is_after_or_equals(constraint.version)


def _less(version: SemanticVersion, constraint: _Constraint) -> bool:
    return version.is_before(constraint.version)


def _less_or_equal(version: SemanticVersion, constraint: _Constraint) -> bool:
    wanted = constraint.version
    if constraint.given == 3:
        return version.is_before_or_equals(wanted)
    if version.major != wanted.major or constraint.given == 1:
        return version.major <= wanted.major
    return version.minor <= wanted.minor


def _tilde(version: SemanticVersion, constraint: _Constraint) -> bool:
    """The last number that was given may grow, and what follows it; but not the first of several."""
    if version.is_before(constraint.version):
        return False
    if _is_zero(constraint.version) and constraint.given in {0, 3}:
        return True
    return _starts_equal(version, constraint, 1 if constraint.given == 1 else 2)


def _caret(version: SemanticVersion, constraint: _Constraint) -> bool:
    """What follows the first number that isn't zero may grow."""
    wanted = constraint.version
    if version.is_before(wanted):
        return False
    if wanted.major > 0 or constraint.given == 1:
        return version.major == wanted.major
    if wanted.minor > 0 or constraint.given == 2:
        return _starts_equal(version, constraint, 2)
    return _starts_equal(version, constraint, 3)


def _is_zero(version: SemanticVersion) -> bool:
    return version.major == version.minor == version.patch == 0


_TESTS: Mapping[str, Callable[[SemanticVersion, _Constraint], bool]] = {
    "": _equal,
    "=": _equal,
    "!=": _not_equal,
    ">": _greater,
    "<": _less,
    ">=": _greater_or_equal,
    "=>": _greater_or_equal,
    "<=": _less_or_equal,
    "=<": _less_or_equal,
    "~": _tilde,
    "~>": _tilde,
    "^": _caret,
}
