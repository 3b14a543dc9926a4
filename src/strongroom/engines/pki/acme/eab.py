"""External bindings: an account is made by who holds a key of this server.

Source: RFC 8555, section 7.3.4
"""

from __future__ import annotations

import fnmatch
from typing import Any, Final

from strongroom.engines.pki.acme import requests, rows
from strongroom.engines.pki.acme.directory import NOT_REQUIRED
from strongroom.engines.pki.acme.problems import Problem, malformed
from strongroom.engines.pki.acme.records import BindingKey, Identifier
from strongroom.engines.pki.acme.serving import Caller
from strongroom.sdk import is_segment_name

PREFIX: Final = "vault-eab-0-"
"""Keys begin as Vault's do, so that scanners for leaked secrets find them.  It is a part of the key's base64url."""
RANDOM_BYTES: Final = 32
_UNKNOWN: Final = "the key id of the external account binding is not known here, or was used before"


async def bound(caller: Caller, binding: Any) -> tuple[str, BindingKey] | None:
    """The key that a new account is bound by, with its id; None if it is bound by none and needn't be.

    Args:
        binding: the member `externalAccountBinding` of the request.

    Raises: `Problem`.
    """
    if binding is None:
        if caller.directory.config.eab_policy != NOT_REQUIRED:
            raise Problem(
                "externalAccountRequired", "an account needs an external binding here: ask for a key (new-eab)"
            )
        return None
    if not isinstance(binding, dict):
        raise malformed("the external account binding is no JWS")
    inner = requests.parse({**binding, "header": None}, needs_nonce=False, algorithms=requests.MACS)
    if inner.key is not None or not inner.kid:
        raise malformed('the external account binding must name its key by "kid"')
    if inner.url != caller.signed.url:
        raise malformed("the external account binding is for another URL than the request")
    key_id = inner.kid
    key = await caller.request.view.read(rows.BINDINGS + key_id, BindingKey) if is_segment_name(key_id) else None
    if key is None or key.directory != caller.directory.path:
        raise Problem("unauthorized", _UNKNOWN)
    requests.check_mac(inner, key.key)
    held = requests.public_key(requests.json_object(inner.payload, "payload of the external account binding"))
    if held.thumbprint() != caller.key.thumbprint():
        raise malformed("the external account binding is for another key than that of the account")
    return key_id, key


def check_allowed(identifiers: tuple[Identifier, ...], allowed: tuple[str, ...]) -> None:
    """Raise `Problem` for an identifier that the account's binding doesn't allow.

    Args:
        allowed: names, addresses, and patterns such as `*.example.com`; empty for everything.
    """
    for each in identifiers:
        if allowed and not any(fnmatch.fnmatchcase(each.value, pattern) for pattern in allowed):
            raise Problem(
                "rejectedIdentifier", f"{each.value} is not among the identifiers that the account's binding allows"
            )
