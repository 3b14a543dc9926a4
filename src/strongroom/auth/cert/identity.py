"""What a token is told of the certificate that it was given for (p)."""

from __future__ import annotations

import hashlib

from strongroom.auth.cert.records import Config, Role
from strongroom.crypto import der
from strongroom.crypto.certificates import Certificate
from strongroom.lib import limits
from strongroom.lib.errors import InvalidRequest

ALIAS_SOURCES = ("common_name", "uri_san", "dns_san", "organizational_unit", "spki_sha256")
"""The first is the default."""
BINDINGS = ("certificate", "public_key", "alias")
"""What a renewal has to show again.  The first is the default."""
_MOST_CHARACTERS = 2048
"""Of one value."""


def alias_of(role: Role, name: str, leaf: Certificate) -> str:
    """The name of the client's alias.

    Raises: `InvalidRequest` if the certificate doesn't have what the role takes it from.
    """
    names = {
        "common_name": (leaf.common_name,),
        "uri_san": leaf.uris,
        "dns_san": leaf.dns_names,
        "organizational_unit": leaf.organizational_units,
        "spki_sha256": (leaf.public_key_sha256,),
    }[role.alias_name_source]
    alias = names[0] if names else ""
    if not alias:
        others = ", ".join(source for source in ALIAS_SOURCES if source != role.alias_name_source)
        raise InvalidRequest(
            f'the certificate has no {role.alias_name_source}, which alias_name_source of "{name}" takes the alias '
            f"from (others are {others})"
        )
    limits.check_name("the alias", alias)
    return alias


def metadata_of(role: Role, name: str, leaf: Certificate) -> dict[str, str]:
    """The metadata of the token.  Raises `InvalidRequest` for too much of it."""
    found = {"cert_name": name, **described(leaf)}
    for oid in role.allowed_metadata_extensions or ():
        if oid in leaf.extensions:
            # Dots would separate segments where policies name a key of the metadata.
            found[oid.replace(".", "-")] = der.text(leaf.extensions[oid]) or ""
    limits.check_map("the metadata", found)
    return found


def described(leaf: Certificate) -> dict[str, str]:
    """How metadata and errors name a certificate."""
    return {
        "common_name": leaf.common_name[:_MOST_CHARACTERS],
        "serial_number": str(leaf.serial_number),
        "subject_key_id": leaf.subject_key_id.hex(":"),
        "authority_key_id": leaf.authority_key_id.hex(":"),
    }


def internal_of(name: str, leaf: Certificate, alias: str) -> dict[str, str]:
    """What is stored with the token, for its renewal."""
    return {
        "role": name,
        "certificate": hashlib.sha256(leaf.der).hexdigest(),
        "public_key": leaf.public_key_sha256,
        "alias": alias,
    }


def binding_of(config: Config, role: Role) -> str:
    """What a renewal has to show again; empty for nothing."""
    if role.binding:
        return role.binding
    return "" if config.disable_binding else config.binding
