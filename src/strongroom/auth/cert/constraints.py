"""Which of the certificates that a role's authorities vouch for may log in (p).

Source: https://developer.hashicorp.com/vault/api-docs/auth/cert#create-ca-certificate-role
"""

from __future__ import annotations

import re
from collections.abc import Collection

from strongroom.auth.cert.records import Role
from strongroom.crypto import der
from strongroom.crypto.certificates import Certificate
from strongroom.lib.errors import InvalidRequest

_OID = re.compile(r"[0-2](?:\.(?:0|[1-9][0-9]{0,20})){1,32}")
_HEX = "hex:"


def unmet(role: Role, leaf: Certificate) -> str:
    """The name of the first constraint that the certificate doesn't meet; empty if it meets all.

    Only the leaf is looked at, whatever else the client has shown.
    """
    named = (
        ("allowed_names", (leaf.common_name, *leaf.dns_names, *leaf.email_addresses)),
        ("allowed_common_names", (leaf.common_name,)),
        ("allowed_dns_sans", leaf.dns_names),
        ("allowed_email_sans", leaf.email_addresses),
        ("allowed_uri_sans", leaf.uris),
        ("allowed_organizational_units", leaf.organizational_units),
        ("allowed_organizations", leaf.organizations),
    )
    for constraint, names in named:
        allowed = getattr(role, constraint)
        # An empty pattern comes of a comma too many, and would let in who has no such name at all.
        if allowed and not any(pattern and matches(pattern, name) for pattern in allowed for name in names):
            return constraint
    if not all(_has_extension(leaf, wanted) for wanted in role.required_extensions or ()):
        return "required_extensions"
    return ""


def matches(pattern: str, text: str) -> bool:
    """Whether the text has the pattern's form, in which `*` stands for any characters, or none."""
    first, *rest = pattern.split("*")
    if not rest:
        return pattern == text
    last = rest.pop()
    if not text.startswith(first) or not text.endswith(last) or len(text) < len(first) + len(last):
        return False
    at, end = len(first), len(text) - len(last)
    for part in rest:
        found = text.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return True


def _has_extension(leaf: Certificate, wanted: str) -> bool:
    is_hex, oid, pattern = _parts(wanted)
    if oid not in leaf.extensions:
        return False
    value = leaf.extensions[oid]
    if is_hex:
        return matches(pattern.lower(), value.hex())
    text = der.text(value)
    # Only `*` matches a value that is no string: it asks for the extension alone.
    return matches(pattern, text) if text is not None else bool(pattern) and matches(pattern, "")


def _parts(wanted: str) -> tuple[bool, str, str]:
    is_hex = wanted.startswith(_HEX)
    oid, _, pattern = wanted.removeprefix(_HEX).partition(":")
    return is_hex, oid, pattern


def check_required_extensions(wanted: Collection[str]) -> None:
    """Raise `InvalidRequest` for an item that no certificate could be compared with."""
    for item in wanted:
        if ":" not in item.removeprefix(_HEX) or not _OID.fullmatch(_parts(item)[1]):
            raise InvalidRequest(f'required_extensions: "{item}" is neither "oid:value" nor "hex:oid:digits"')


def check_metadata_extensions(wanted: Collection[str]) -> None:
    """Raise `InvalidRequest` for an item that is no object identifier."""
    for item in wanted:
        if not _OID.fullmatch(item):
            raise InvalidRequest(f'allowed_metadata_extensions: "{item}" is no object identifier')
