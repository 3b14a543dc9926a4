"""Alternative names of other types, told apart by object identifiers: `<oid>;UTF8:<text>` (p)."""

from __future__ import annotations

from typing import Final

from strongroom.engines.pki.issuing.rules.globs import fits
from strongroom.engines.pki.issuing.rules.oids import is_oid
from strongroom.engines.pki.issuing.rules.texts import has_control_characters
from strongroom.engines.pki.issuing.rules.verdicts import Verdict
from strongroom.engines.pki.roles.records import RoleRecord
from strongroom.lib.errors import InvalidRequest

ANY: Final = "*"
TEXT_CHARACTERS: Final = 1024
_UTF8: Final = {"utf8", "utf-8"}


def split(text: str) -> tuple[str, str]:
    """Object identifier and text of `<oid>;UTF8:<text>`.  Raises `InvalidRequest` for another form."""
    oid, semicolon, rest = text.partition(";")
    if not semicolon:
        raise InvalidRequest(f'expected a semicolon in other SAN "{text[:256]}"')
    type_, colon, value = rest.partition(":")
    if not colon:
        raise InvalidRequest(f'expected a colon in other SAN "{text[:256]}"')
    if type_.strip().lower() not in _UTF8:
        raise InvalidRequest(
            f'only utf8 other SANs are supported; found non-supported type in other SAN "{text[:256]}"'
        )
    if not is_oid(oid.strip()):
        raise InvalidRequest(f'"{oid[:256]}" is no object identifier, in other SAN "{text[:256]}"')
    return oid.strip(), value


def shown(oid: str, text: str) -> str:
    """A name in the form of the API."""
    return f"{oid};UTF8:{text}"


def asked(role: RoleRecord, text: str) -> tuple[Verdict, tuple[str, str]]:
    """What the rules say of a name in the form of the API, and the name in its parts."""
    try:
        oid, value = split(text)
    except InvalidRequest as error:
        return Verdict(kind="other", name=text, refusal=f"could not parse requested other SAN: {error.text}"), ("", "")
    return other(role, oid, value), (oid, value)


def other(role: RoleRecord, oid: str, value: str) -> Verdict:
    """What the rules say of a name in its parts."""
    name = shown(oid, value)
    if len(value) > TEXT_CHARACTERS or has_control_characters(value):
        why = f"other SAN of OID {oid} is longer than {TEXT_CHARACTERS} characters, or has control characters"
        return Verdict(kind="other", name=name[:256], refusal=why)
    patterns = []
    for each in role.allowed_other_sans:
        if each == ANY:
            return Verdict(kind="other", name=name, rule="allowed_other_sans (*)", written=name)
        allowed, pattern = split(each)
        if allowed == oid:
            patterns.append(pattern)
    for pattern in patterns:
        if fits(pattern, value):
            return Verdict(kind="other", name=name, rule=f"allowed_other_sans ({shown(oid, pattern)})", written=name)
    listed = ", ".join(role.allowed_other_sans)[:256] or "nothing"
    if not patterns:
        return Verdict(
            kind="other",
            name=name,
            refusal=f"other SAN OID {oid} not allowed by this role: allowed_other_sans has {listed}",
        )
    return Verdict(
        kind="other",
        name=name,
        refusal=f"other SAN {value} not allowed for OID {oid} by this role: allowed_other_sans has {listed}",
    )
