"""How one device writes values: what it hides, and with which key (pure)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from strongroom.lib import json

Digest = Callable[[str], str]

_PRIVATE_KEY = "PRIVATE KEY-----"
"""How the first line of any private key in PEM ends."""
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)")


class Style(msgspec.Struct, frozen=True):
    """The options of a device for its entries."""

    log_raw: bool = False
    hmac_accessor: bool = True
    elide_list_responses: bool = False
    jsonx: bool = False
    """Whether entries are written as XML."""


class Notation(msgspec.Struct, frozen=True):
    """How one device writes values: what it hides, and with which key."""

    digest: Digest
    style: Style
    headers: Mapping[str, bool] = {}
    """The request headers to show, in lower case, and whether as digests."""
    digest_of_token: Digest | None = None
    """As `digest`, for tokens and accessors; None if that is the same."""

    def secret(self, text: str) -> str:
        """A secret text, as an entry shows it."""
        return text if self.style.log_raw else self.digest(text)

    def token(self, text: str) -> str:
        """A token, as an entry shows it."""
        return text if self.style.log_raw else (self.digest_of_token or self.digest)(text)

    def accessor(self, text: str) -> str:
        """A token's accessor, as an entry shows it."""
        return self.token(text) if self.style.hmac_accessor else text

    def data(
        self, data: dict[str, Any], plain: tuple[str, ...] | None, secret: frozenset[str] = frozenset()
    ) -> dict[str, Any]:
        """The fields of a request or response, as an entry shows them.

        Args:
            plain: fields that the mount's settings show in clear, but for private keys in PEM that stand in them.
            secret: fields that are never shown in clear.  Their numbers become digests too.
        """
        if self.style.log_raw:
            return data
        if plain is None and not secret:
            return {name: digest_values(item, self.digest) for name, item in data.items()}
        out = {}
        for name, item in data.items():
            if name in secret:
                out[name] = digest_everything(item, self.digest)
            else:
                shown = plain is not None and name in plain
                out[name] = digest_keys(item, self.digest) if shown else digest_values(item, self.digest)
        return out


class Hidden(msgspec.Struct, frozen=True, gc=False):
    """A value of a response whose strings have become digests already."""

    value: Any

    def __repr__(self) -> str:
        return "Hidden(…)"


def digest_values(value: Any, digest: Digest) -> Any:
    """The value with a digest for every string.  Numbers, booleans, names of fields and points in time stay."""
    kind = type(value)
    if kind is Hidden:
        return value.value
    if kind is str:
        return value if value[4:5] == "-" and _TIME.fullmatch(value) else digest(value)
    if kind is int or kind is bool or value is None:
        return value
    if kind is dict:
        return {name: digest_values(item, digest) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [digest_values(item, digest) for item in value]
    if isinstance(value, bytes):
        return digest(value.decode("utf-8", "replace"))
    return value


def digest_keys(value: Any, digest: Digest) -> Any:
    """The value with a digest for every text that has a private key in PEM.

    A field that is no secret may hold one: a certificate with its key in a bundle, or what a client confused.
    """
    if isinstance(value, str):
        return digest(value) if _PRIVATE_KEY in value else value
    if isinstance(value, dict):
        return {name: digest_keys(item, digest) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [digest_keys(item, digest) for item in value]
    return value


def digest_everything(value: Any, digest: Digest) -> Any:
    """The same for secret fields, with a digest for every value.

    A password may be a number or look like a time.
    """
    if value is None:
        return value
    if isinstance(value, dict):
        return {name: digest_everything(item, digest) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [digest_everything(item, digest) for item in value]
    if isinstance(value, bytes):
        return digest(value.decode("utf-8", "replace"))
    return digest(value if isinstance(value, str) else json.dumps(value).decode())
