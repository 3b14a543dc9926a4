"""A version: three numbers, perhaps of a prerelease, perhaps with metadata.

Source: https://semver.org, https://pkg.go.dev/github.com/Masterminds/semver/v3#Version
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import ClassVar

from strongroom.template.errors import FunctionFailed
from strongroom.template.functions.go.numbers import NotANumber, parse_uint
from strongroom.template.values import Structure, Unsigned

_LABELS = r"[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*"
_VERSION = re.compile(
    rf"v?([0-9]+)(?:\.([0-9]+))?(?:\.([0-9]+))?(?:-(?P<prerelease>{_LABELS}))?(?:\+(?P<metadata>{_LABELS}))?"
)
_LEADING_ZERO = re.compile(r"(?:^|\.)0[0-9]+(?:\.|\Z)")


@dataclass(frozen=True, slots=True)
class SemanticVersion(Structure):
    """A version.  Missing numbers are zero."""

    go_type: ClassVar[str] = "*semver.Version"
    methods: ClassVar[Mapping[str, str]] = {
        "Major": "major_number",
        "Minor": "minor_number",
        "Patch": "patch_number",
        "Prerelease": "prerelease_text",
        "Metadata": "metadata_text",
        "Original": "original_text",
        "String": "text",
        "Compare": "compared",
        "Equal": "equals",
        "GreaterThan": "is_after",
        "GreaterThanEqual": "is_after_or_equals",
        "LessThan": "is_before",
        "LessThanEqual": "is_before_or_equals",
        "IncMajor": "next_major",
        "IncMinor": "next_minor",
        "IncPatch": "next_patch",
        "SetMetadata": "with_metadata",
        "SetPrerelease": "with_prerelease",
    }

    major: int
    minor: int = 0
    patch: int = 0
    prerelease: str = ""
    metadata: str = ""
    original: str = ""

    def major_number(self) -> int:
        """The first number."""
        return Unsigned(self.major)

    def minor_number(self) -> int:
        """The second number."""
        return Unsigned(self.minor)

    def patch_number(self) -> int:
        """The third number."""
        return Unsigned(self.patch)

    def prerelease_text(self) -> str:
        """What follows a hyphen."""
        return self.prerelease

    def metadata_text(self) -> str:
        """What follows a plus sign."""
        return self.metadata

    def original_text(self) -> str:
        """As it was written."""
        return self.original

    def text(self) -> str:
        """As it is written in full."""
        prerelease = f"-{self.prerelease}" if self.prerelease else ""
        metadata = f"+{self.metadata}" if self.metadata else ""
        return f"{self.major}.{self.minor}.{self.patch}{prerelease}{metadata}"

    def compared(self, other: SemanticVersion) -> int:
        """-1 if this is before the other, 1 if it is after, 0 if neither is."""
        numbers, others = (self.major, self.minor, self.patch), (other.major, other.minor, other.patch)
        if numbers != others:
            return -1 if numbers < others else 1
        if not self.prerelease or not other.prerelease:
            return (not self.prerelease) - (not other.prerelease)
        return compared_prereleases(self.prerelease, other.prerelease)

    def equals(self, other: SemanticVersion) -> bool:
        """Whether neither is before the other."""
        return self.compared(other) == 0

    def is_after(self, other: SemanticVersion) -> bool:
        """Whether this is greater."""
        return self.compared(other) > 0

    def is_after_or_equals(self, other: SemanticVersion) -> bool:
        """Whether this isn't less."""
        return self.compared(other) >= 0

    def is_before(self, other: SemanticVersion) -> bool:
        """Whether this is less."""
        return self.compared(other) < 0

    def is_before_or_equals(self, other: SemanticVersion) -> bool:
        """Whether this isn't greater."""
        return self.compared(other) <= 0

    def next_major(self) -> SemanticVersion:
        """The next one by its first number."""
        return self._written(SemanticVersion(self.major + 1))

    def next_minor(self) -> SemanticVersion:
        """The next one by its second number."""
        return self._written(SemanticVersion(self.major, self.minor + 1))

    def next_patch(self) -> SemanticVersion:
        """The next one by its third number; of a prerelease, what it goes before."""
        return self._written(SemanticVersion(self.major, self.minor, self.patch + (not self.prerelease)))

    def with_prerelease(self, prerelease: str) -> SemanticVersion:
        """The same as a prerelease.  Raises `FunctionFailed`."""
        return self._written(replace(self, prerelease=_checked_prerelease(prerelease)))

    def with_metadata(self, metadata: str) -> SemanticVersion:
        """The same with metadata.  Raises `FunctionFailed`."""
        if metadata and not re.fullmatch(_LABELS, metadata):
            raise FunctionFailed("invalid metadata string")
        return self._written(replace(self, metadata=metadata))

    def _written(self, version: SemanticVersion) -> SemanticVersion:
        prefix = "v" if self.original.startswith("v") else ""
        return replace(version, original=prefix + version.text())


def parse_version(text: str) -> SemanticVersion:
    """A version as people write it, such as `v1.2`.  Raises `FunctionFailed`."""
    found = _VERSION.fullmatch(text)
    if found is None:
        raise FunctionFailed("invalid semantic version")
    try:
        major, minor, patch = (parse_uint(number or "0") for number in found.groups()[:3])
    except NotANumber as error:
        raise FunctionFailed(f"error parsing version segment: {error}") from None
    prerelease = _checked_prerelease(found["prerelease"] or "")
    return SemanticVersion(major, minor, patch, prerelease, found["metadata"] or "", original=text)


def compared_prereleases(one: str, other: str) -> int:
    """-1, 0 or 1: labels are compared in turn, numbers as numbers and before all else."""
    for label, against in zip_longest(one.split("."), other.split("."), fillvalue=""):
        if label != against:
            return -1 if _rank(label) < _rank(against) else 1
    return 0


def _rank(label: str) -> tuple[int, int, str]:
    if not label:
        return 0, 0, ""
    return (1, int(label), "") if label.isdecimal() else (2, 0, label)


def _checked_prerelease(text: str) -> str:
    if text and not re.fullmatch(_LABELS, text):
        raise FunctionFailed("invalid prerelease string")
    if _LEADING_ZERO.search(text):
        raise FunctionFailed("version segment starts with 0")
    return text
