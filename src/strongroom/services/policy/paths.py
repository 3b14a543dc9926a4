"""The paths of policy rules: patterns, their priority, and their templates (pure).

Source: https://developer.hashicorp.com/vault/docs/concepts/policies#policy-syntax,
https://developer.hashicorp.com/vault/docs/concepts/policies#priority-matching,
https://developer.hashicorp.com/vault/docs/concepts/policies#templated-policies
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import TypeAlias

import msgspec

from strongroom.lib import braces
from strongroom.lib.errors import InvalidRequest, PermissionDenied

Priority: TypeAlias = tuple[int, bool, int, int, str]
"""The priority of a pattern with a wildcard or glob.  Of the patterns that cover a path, the greatest decides."""

_BRACES = re.compile(r"\{\{|\}\}")


class Pattern(msgspec.Struct, frozen=True):
    """A rule's path: `secret/a` covers itself, `secret/*` covers all below, `+` covers any one segment."""

    text: str
    """Without a leading slash; with the `*`."""
    literal: str
    """`text` without the `*` at its end."""
    is_glob: bool
    """Whether `text` ends in `*`.  Elsewhere `*` is an ordinary character."""
    segments: tuple[str, ...]
    """The segments of `literal` if one of them is `+`; else empty."""

    @property
    def is_exact(self) -> bool:
        """Whether it covers one path only."""
        return not self.is_glob and not self.segments

    @property
    def priority(self) -> Priority:
        """Vault's order among the patterns that cover a path, in the sequence of its rules.

        The later first wildcard or glob wins, then the pattern without a glob, then fewer `+`, then the longer one,
        then the lexicographically greater one.  A pattern without either doesn't compete: it covers one path only.
        """
        first = self.literal.find("+") if self.segments else -1
        plus = sum(segment == "+" for segment in self.segments)
        return (first if first >= 0 else len(self.literal), not self.is_glob, -plus, len(self.text), self.text)


def parse_pattern(text: str) -> Pattern:
    """Parse a rule's path.  A leading slash is dropped, because no path of the API begins with one.

    Raises:
        InvalidRequest: `+*`, which is ambiguous.
    """
    text = text.removeprefix("/")
    if "+*" in text:
        raise InvalidRequest("invalid use of wildcards ('+*' is forbidden)")
    literal = text.removesuffix("*")
    # `a/+b` counts as a wildcard too, as in Vault.  Its segment `+b` covers only itself.
    wild = text == "+" or text.startswith("+/") or "/+" in text
    return Pattern(text, literal, literal != text, tuple(literal.split("/")) if wild else ())


def better(one: Pattern, other: Pattern) -> bool:
    """Whether the first of two patterns has the higher priority.  Both cover the path in some letter case."""
    if one.is_exact or other.is_exact:
        return not other.is_exact
    return one.priority[:4] > other.priority[:4]


def covers(pattern: Pattern, path: str) -> bool:
    """Whether the pattern covers the path."""
    if not pattern.segments:
        return path.startswith(pattern.literal) if pattern.is_glob else path == pattern.text
    given = path.split("/")
    walked = len(pattern.segments) - 1 if pattern.is_glob else len(pattern.segments)
    if len(given) < len(pattern.segments) if pattern.is_glob else len(given) != walked:
        return False
    fits = all(wanted in {"+", segment} for wanted, segment in zip(pattern.segments[:walked], given, strict=False))
    return fits and (not pattern.is_glob or given[walked].startswith(pattern.segments[-1]))


class Alias(msgspec.Struct, frozen=True):
    """An entity's alias in one auth mount, as templates see it."""

    id: str
    name: str
    metadata: Mapping[str, str] = {}
    custom_metadata: Mapping[str, str] = {}


class LoginAlias(msgspec.Struct, frozen=True):
    """What a token's login said of its alias.  Later logins of the same alias don't change it for this token."""

    mount_accessor: str
    metadata: tuple[tuple[str, str], ...] = ()


class PathGroup(msgspec.Struct, frozen=True):
    """A group that the entity is in, directly or through another group."""

    id: str
    name: str
    metadata: Mapping[str, str] = {}


class Subject(msgspec.Struct, frozen=True):
    """The entity of a token, as templates see it."""

    id: str
    name: str
    metadata: Mapping[str, str] = {}
    aliases: Mapping[str, Alias] = {}
    """By the accessor of the auth mount."""
    groups: tuple[PathGroup, ...] = ()
    until: float = math.inf
    """When this stops being true by itself, in seconds since the epoch."""


def as_logged_in(subject: Subject | None, login: LoginAlias | None) -> Subject | None:
    """The subject with the alias's metadata of a token's own login."""
    alias = subject.aliases.get(login.mount_accessor) if subject is not None and login is not None else None
    if subject is None or login is None or alias is None:
        return subject
    own = msgspec.structs.replace(alias, metadata=dict(login.metadata))
    return msgspec.structs.replace(subject, aliases={**subject.aliases, login.mount_accessor: own})


class TemplateRefused(PermissionDenied):
    """A template's value would change what a rule's path covers.  No rule of the policy can be trusted then."""


def check_template(text: str) -> bool:
    """Whether the path has templates.

    Raises:
        InvalidRequest: a brace pair is missing its other half.
    """
    depth = 0
    for brace in _BRACES.findall(text):
        depth += 1 if brace == "{{" else -1
        if depth not in {0, 1}:
            break
    if depth:
        raise InvalidRequest("failed to validate policy templating: unbalanced templating characters")
    return "{{" in text


def render_template(
    text: str, subject: Subject | None, *, allow_wildcards: bool = False, allow_slashes: bool = False
) -> str | None:
    """Put the subject's values into a path.

    Args:
        text: the path with `{{ … }}` in it.
        subject: None for a token without an entity.
        allow_wildcards: allow `*` and `+` in values, because the policy says so. allow_slashes: the same for `/`.

    Returns: the path, or None if a template's value is missing or empty.  The rule covers nothing then, because
    `secret/{{…}}*` must not become `secret/*`.

    Raises:
        TemplateRefused: a value holds `*`, `+`, `/` or `,`.
    """
    forbidden = "," + ("" if allow_wildcards else "*+") + ("" if allow_slashes else "/")
    out: list[str] = []
    for index, part in enumerate(braces.split(text)):
        if index % 2 == 0:
            out.append(part)
            continue
        value = value_of(part.strip(), subject)
        if not value:
            return None
        for character in forbidden:
            if character in value:
                text_out = f'path "{text}": template substitution contains forbidden value: "{character}"'
                raise TemplateRefused(f"error parsing templated policy: {text_out}")
        out.append(value)
    return "".join(out)


def value_of(name: str, subject: Subject | None) -> str | None:
    """The value of one template parameter, such as `identity.entity.name`; None for nobody, or without a value."""
    if subject is None:
        return None
    match name.split(".", 3):
        case ["identity", "entity", "id"]:
            return subject.id
        case ["identity", "entity", "name"]:
            return subject.name
        case ["identity", "entity", "metadata", key]:
            return subject.metadata.get(key)
        case ["identity", "entity", "aliases", rest]:
            accessor, _, attribute = rest.partition(".")
            alias = subject.aliases.get(accessor)
            return None if alias is None else _attribute(alias, attribute)
        case ["identity", "groups", "ids" | "names" as by, rest]:
            for group in subject.groups:
                # A group's name may contain dots, so it is compared as a whole.
                key = group.id if by == "ids" else group.name
                if rest.startswith(f"{key}."):
                    return _attribute(group, rest[len(key) + 1 :])
    return None


def _attribute(record: Alias | PathGroup, attribute: str) -> str | None:
    """The id, the name or a piece of metadata."""
    kind, _, key = attribute.partition(".")
    match kind:
        case "id" | "name" if not key:
            return record.id if kind == "id" else record.name
        case "metadata":
            return record.metadata.get(key)
        case "custom_metadata" if isinstance(record, Alias):
            return record.custom_metadata.get(key)
    return None
