"""Settings of stores in AWS: whose credentials, and where."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from strongroom.lib.aws import Credentials, CredentialSources
from strongroom.server.stores.settings import StoreError

_YES: Final = frozenset({"1", "t", "true", "yes"})
_NO: Final = frozenset({"", "0", "f", "false", "no"})


def credentials(type_: str, options: Mapping[str, str]) -> Callable[[], Awaitable[Credentials]]:
    """What finds the access key: that of the stanza, or else the machine's own.  Raises `StoreError`."""
    access, secret = options.get("access_key", ""), options.get("secret_key", "")
    if bool(access) != bool(secret):
        raise StoreError(f'storage "{type_}": access_key and secret_key go together')
    if not access:
        if options.get("session_token"):
            raise StoreError(f'storage "{type_}": session_token needs access_key and secret_key')
        return CredentialSources(configured_at=f'the stanza storage "{type_}"').find
    found = Credentials(access, secret, options.get("session_token", ""))

    async def configured() -> Credentials:
        return found

    return configured


def region(options: Mapping[str, str]) -> str:
    """The region of a stanza, or else of the environment; empty for none."""
    return options.get("region") or os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or ""


def boolean(type_: str, options: Mapping[str, str], name: str) -> bool:
    """A setting that is true or false.  Raises `StoreError`."""
    text = options.get(name, "").lower()
    if text not in _YES | _NO:
        raise StoreError(f'storage "{type_}": {name} is neither true nor false')
    return text in _YES
