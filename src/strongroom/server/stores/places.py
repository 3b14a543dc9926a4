"""Settings of stores that are places of servers asked by HTTP: addresses, paths, and TLS."""

from __future__ import annotations

import re
import ssl
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from strongroom.lib.errors import InvalidRequest
from strongroom.lib.outgoing import check_url
from strongroom.server.stores.settings import StoreError

_TLS: Final = ("tls_ca_file", "tls_cert_file", "tls_key_file")
_PATH: Final = re.compile(r"[A-Za-z0-9_.~-]+(?:/[A-Za-z0-9_.~-]+)*")
_LONGEST_PATH: Final = 200
_MOST_PARALLEL: Final = 64


def urls(type_: str, address: str, scheme: str) -> Sequence[str]:
    """The servers of a stanza, without a path.  Raises `StoreError`.

    Args:
        address: one or more, separated by commas; URLs, or hosts with ports.
        scheme: of those that are no URL.
    """
    found: list[str] = []
    for text in filter(None, (part.strip() for part in address.split(","))):
        url = (text if "://" in text else f"{scheme}://{text}").rstrip("/")
        try:
            check_url(url, "address")
        except InvalidRequest as error:
            raise StoreError(f'storage "{type_}": {error.text}') from error
        if urlsplit(url).path or urlsplit(url).query or urlsplit(url).fragment:
            raise StoreError(f'storage "{type_}": address must not have a path')
        found.append(url)
    if not found:
        raise StoreError(f'storage "{type_}" needs an address')
    return found


def path(type_: str, text: str) -> str:
    """The place of the store, without `/` at its ends.  Raises `StoreError`."""
    place = text.strip("/")
    if len(place) > _LONGEST_PATH or not _PATH.fullmatch(place) or {".", ".."} & set(place.split("/")):
        raise StoreError(
            f'storage "{type_}": path must be names of letters, digits and "_.~-", joined by "/", '
            f"{_LONGEST_PATH} characters at the most"
        )
    return place


def parallel(type_: str, options: Mapping[str, str], default: int) -> int:
    """How many reads a process has at once.  Raises `StoreError`."""
    text = options.get("max_parallel", "")
    if text and not (text.isascii() and text.isdecimal() and len(text) < 10 and int(text)):
        raise StoreError(f'storage "{type_}": max_parallel is no number of requests')
    return min(int(text or default), _MOST_PARALLEL)


def trusting(type_: str, options: Mapping[str, str], addresses: Sequence[str]) -> ssl.SSLContext | None:
    """Whom to trust, and the certificate to show; None if no server is asked by TLS.  Raises `StoreError`."""
    given = sorted(name for name in _TLS if options.get(name))
    encrypted = [url.startswith("https://") for url in addresses]
    if not any(encrypted):
        if given:
            raise StoreError(f'storage "{type_}": {given[0]} is set, but address begins with http://')
        return None
    if not all(encrypted):
        raise StoreError(f'storage "{type_}": some addresses begin with http:// and some with https://')
    certificate, key = options.get("tls_cert_file", ""), options.get("tls_key_file", "")
    if bool(certificate) != bool(key):
        raise StoreError(f'storage "{type_}": tls_cert_file and tls_key_file go together')
    try:
        context = ssl.create_default_context(cafile=options.get("tls_ca_file") or None)
    except OSError as error:
        raise StoreError(f'storage "{type_}": tls_ca_file can\'t be read: {_why(error)}') from error
    # Whoever names an authority trusts it, also one below another.
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    if certificate:
        try:
            context.load_cert_chain(Path(certificate), Path(key), password=_none)
        except OSError as error:
            text = f'storage "{type_}": tls_cert_file or tls_key_file can\'t be read: {_why(error)}'
            raise StoreError(text) from error
    return context


def _none() -> bytes:
    """No password: OpenSSL would ask for one on the terminal."""
    return b""


def _why(error: OSError) -> str:
    if isinstance(error, ssl.SSLError):
        return f"it isn't what it should be ({error.reason or 'no PEM'})"
    return error.strerror or type(error).__name__
