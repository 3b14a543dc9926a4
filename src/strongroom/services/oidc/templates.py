"""Templates of claims: JSON with values of an entity in it (pure).

Source: https://developer.hashicorp.com/vault/docs/secrets/identity/identity-token#token-contents-and-templates
"""

from __future__ import annotations

import base64
from typing import Any

from strongroom.lib import braces, json, limits
from strongroom.lib.durations import SECOND_NS, parse_duration_ns
from strongroom.lib.errors import InvalidRequest
from strongroom.services.policy.paths import Alias, Subject

RESERVED = ("iat", "aud", "exp", "iss", "sub", "namespace", "nonce", "auth_time", "at_hash", "c_hash")
"""Claims that only the server sets."""
_TEMPLATE_BYTES = 16 * 1024
_NOBODY = Subject(id="", name="")


def checked(given: str) -> str:
    """The template that a request gives, as JSON or in base64, without the base64.

    Raises: `InvalidRequest` if it makes no JSON object, or one with a reserved claim.
    """
    limits.check_name("template", given, _TEMPLATE_BYTES * 4 // 3 + 4)
    text = _plain(given)
    limits.check_name("template", text, _TEMPLATE_BYTES)
    if text:
        claims_of(text, _NOBODY, 0.0)
    return text


def claims_of(text: str, subject: Subject, now: float) -> dict[str, Any]:
    """The claims of a template for an entity.

    Args:
        now: seconds since the epoch.

    Raises: `InvalidRequest` as `checked` does.
    """
    if not text:
        return {}
    parts = braces.split(text)
    if any("{{" in literal for literal in parts[::2]) or ("}}" in text and "{{" not in text and not _is_json(text)):
        raise InvalidRequest("error parsing template: unbalanced templating characters")
    filled = "".join(
        part if index % 2 == 0 else json.dumps(_value(part.strip(), subject, now)).decode()
        for index, part in enumerate(parts)
    )
    try:
        claims = json.loads(filled.encode())
    except InvalidRequest as error:
        raise InvalidRequest(f"error parsing template JSON: {error.text}") from error
    if not isinstance(claims, dict):
        raise InvalidRequest("error parsing template JSON: it is not an object")
    for name in claims:
        if name in RESERVED:
            raise InvalidRequest(f'top level key "{name}" not allowed. Restricted keys: {", ".join(RESERVED)}')
    return claims


def _is_json(text: str) -> bool:
    try:
        json.loads(text.encode())
    except InvalidRequest:
        return False
    return True


def _plain(given: str) -> str:
    try:
        return base64.b64decode(given, validate=True).decode()
    except ValueError:  # also for what is no base64
        return given


def _value(name: str, subject: Subject, now: float) -> Any:
    """The value of one directive; empty if the entity has none.  Raises `InvalidRequest` for an unknown directive."""
    match name.split(".", 3):
        case ["identity", "entity", "id"]:
            return subject.id
        case ["identity", "entity", "name"]:
            return subject.name
        case ["identity", "entity", "metadata"]:
            return dict(subject.metadata)
        case ["identity", "entity", "metadata", *rest]:
            return subject.metadata.get(".".join(rest), "")
        case ["identity", "entity", "groups", "ids"]:
            return [group.id for group in subject.groups]
        case ["identity", "entity", "groups", "names"]:
            return [group.name for group in subject.groups]
        case ["identity", "entity", "aliases", rest]:
            return _of_alias(rest, subject)
        case ["time", "now"]:
            return int(now)
        case ["time", "now", "plus" | "minus" as sign, *rest]:
            return _moment(sign, ".".join(rest), now)
        case ["identity", "groups", *_]:
            raise InvalidRequest(
                "error parsing template: string contains groups template directives but no groups were provided"
            )
    raise _unknown()


def _of_alias(rest: str, subject: Subject) -> Any:
    accessor, dot, attribute = rest.partition(".")
    if not dot:
        raise InvalidRequest("error parsing template: invalid alias selector")
    alias = subject.aliases.get(accessor, Alias(id="", name=""))
    match attribute.split(".", 1):
        case ["id"]:
            return alias.id
        case ["name"]:
            return alias.name
        case ["metadata"]:
            return dict(alias.metadata)
        case ["metadata", key]:
            return alias.metadata.get(key, "")
        case ["custom_metadata"]:
            return dict(alias.custom_metadata)
        case ["custom_metadata", key]:
            return alias.custom_metadata.get(key, "")
    raise _unknown()


def _moment(sign: str, operand: str, now: float) -> int:
    if not operand:
        raise InvalidRequest("error parsing template: missing time operand")
    try:
        seconds = parse_duration_ns(operand) / SECOND_NS
    except InvalidRequest as error:
        raise InvalidRequest(f"error parsing template: invalid duration: {error.text}") from error
    return int(now + seconds if sign == "plus" else now - seconds)


def _unknown() -> InvalidRequest:
    return InvalidRequest("error parsing template: no value could be found for one of the template directives")
