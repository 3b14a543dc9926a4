"""What a certificate may be used for: key usages, basic constraints, policies (p).

Source: https://openbao.org/api-docs/secret/pki/#createupdate-role
"""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from strongroom.crypto.issuing import usages
from strongroom.crypto.issuing.contents import Policy
from strongroom.engines.pki.roles.records import RoleRecord

_FLAGS: Final = (
    ("server_flag", "serverauth"),
    ("client_flag", "clientauth"),
    ("code_signing_flag", "codesigning"),
    ("email_protection_flag", "emailprotection"),
)


class Usages(msgspec.Struct, frozen=True, kw_only=True):
    """What the certificate may be used for, as `Draft` has it."""

    key_usage: tuple[str, ...] = ()
    ext_key_usage: tuple[str, ...] = ()
    basic_constraints: Literal["", "leaf"] = ""
    policies: tuple[Policy, ...] = ()


def usages_of(role: RoleRecord) -> Usages:
    """What a role says.  Names that aren't known don't get into a role (`roles.checks`)."""
    key_usage = [bit for name in role.key_usage if (bit := usages.key_usage(name))]
    extended = [usages.EXT_KEY_USAGES[name] for flag, name in _FLAGS if getattr(role, flag)]
    # The flags add to the lists, and an object identifier may stand in both.
    extended += [oid for name in role.ext_key_usage if (oid := usages.ext_key_usage(name))]
    extended += role.ext_key_usage_oids
    return Usages(
        key_usage=tuple(dict.fromkeys(key_usage)),
        ext_key_usage=tuple(dict.fromkeys(extended)),
        basic_constraints="leaf" if role.basic_constraints_valid_for_non_ca else "",
        policies=tuple(each.value for each in role.policy_identifiers),
    )
