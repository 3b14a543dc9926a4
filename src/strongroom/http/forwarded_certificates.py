"""The client's certificates of a request, when a proxy that ends TLS passes them on in a header (p).

Proxies write them in many forms, so a listener names the decoders that turn the header's value into certificates.

Source: https://developer.hashicorp.com/vault/docs/configuration/listener/tcp (`x_forwarded_for_client_cert_header`),
RFC 9440, https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/headers (XFCC)
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote_to_bytes

from strongroom.http.head import RequestRefused

MOST: Final = 16
"""Certificates that one client may show."""
_DER: Final = b"\x30"
_REPEATED: Final = ", "
"""How the parser joins repeated fields.  Proxies that write lists put nothing between comma and item."""
_CHAIN: Final = "client-cert-chain"
_BLOCK = re.compile(rb"-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----")
_BROKEN_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_BINARY = re.compile(r":([A-Za-z0-9+/]*={0,2}):")
_CERTIFICATES: Final = frozenset({"cert", "chain"})
_WRITTEN: Final = frozenset({"by", "hash", *_CERTIFICATES})
"""What Envoy says in its own words: no text of the client's is in it."""
_QUOTED: Final = _WRITTEN | {"subject"}
_PAIR = re.compile(r'([A-Za-z]+)=("(?:[^"\\]|\\.)*"|[^;,"]*)([;,]|\Z)')


class _Malformed(ValueError):
    """The value isn't what the decoder takes."""


class _Forgeable(_Malformed):
    """A client may have written the certificate into its own."""


@dataclass(frozen=True, slots=True)
class CertificateHeader:
    """The header in which trusted proxies pass on certificates.

    Args:
        name: in lower case. decoders: of `DECODERS`, in their order.
    """

    name: str
    decoders: tuple[str, ...] = ()

    @property
    def names(self) -> frozenset[str]:
        """All headers that say something of certificates: nobody else may send them."""
        return frozenset({self.name, _CHAIN})

    def certificates(self, headers: Mapping[str, str]) -> tuple[bytes, ...]:
        """The certificates of a request that a trusted proxy has sent: DER, leaf first.  None of them is verified.

        Raises: `RequestRefused` with status 400.
        """
        field = headers.get(self.name, "").strip(" \t")
        if not field:
            return ()
        try:
            if "ENVOY" in self.decoders:
                found = _envoy(field)
            elif "RFC9440" in self.decoders:
                found = [_binary(field), *map(_binary, _items(headers.get(_CHAIN, "")))]
            else:
                found = self._decoded(field)
        except _Forgeable:
            told = "a certificate stands behind a URI or DNS name, in which a client can write anything"
            raise RequestRefused(400, f"malformed {self.name} header: {told}") from None
        except ValueError:
            raise RequestRefused(400, f"malformed {self.name} header: it holds no certificate") from None
        if len(found) > MOST:
            raise RequestRefused(400, f"malformed {self.name} header: it holds more than {MOST} certificates")
        return tuple(found)

    def _decoded(self, field: str) -> list[bytes]:
        if _REPEATED in field:
            # One of them may be the client's own.  Which one, depends on the proxy.
            raise _Malformed
        values = [field.encode("ascii")]
        for name in self.decoders:
            values = [each for value in values for each in DECODERS[name](value)]
        return [value if value.startswith(_DER) else _base64(value) for value in values]


def _base64(value: bytes) -> bytes:
    try:
        decoded = base64.b64decode(value, validate=True)
    except binascii.Error as error:
        raise _Malformed from error
    if not decoded.startswith(_DER):
        raise _Malformed
    return decoded


def _list(value: bytes) -> list[bytes]:
    return [base64.b64decode(item, validate=True) for item in value.split(b",")]


def _url(value: bytes) -> list[bytes]:
    # A plus sign stays one.  In forms it is a space, which would destroy base64.
    if _BROKEN_ESCAPE.search(value):
        raise _Malformed
    return [unquote_to_bytes(value)]


def _pem(value: bytes) -> list[bytes]:
    found = [_base64(b"".join(block.split())) for block in _BLOCK.findall(value)]
    if not found or _BLOCK.sub(b"", value).strip():
        raise _Malformed
    return found


def _items(field: str) -> list[str]:
    return [item.strip(" \t") for item in field.split(",")] if field.strip(" \t") else []


def _binary(item: str) -> bytes:
    """A certificate as a byte sequence of structured fields.  Source: RFC 8941, section 3.3.5"""
    found = _BINARY.fullmatch(item)
    if found is None:
        raise _Malformed
    return _base64(found[1].encode("ascii"))


def _envoy(field: str) -> list[bytes]:
    """The certificates of the last element, which the nearest proxy has added.

    Envoy writes alternative names as the client's certificate has them, without quotes.  A URI with a comma could
    begin another element, so certificates count only in front of the first such name.
    """
    elements: list[dict[str, str]] = [{}]
    at, is_forgeable = 0, False
    while at < len(field):
        found = _PAIR.match(field, at)
        if found is None:
            raise _Malformed
        at = found.end()
        value = found[2]
        if value.startswith('"'):
            value = re.sub(r"\\(.)", r"\1", value[1:-1])
        name = found[1].lower()
        is_forgeable = is_forgeable or name not in (_WRITTEN if found[2] is value else _QUOTED)
        if name in _CERTIFICATES and is_forgeable:
            raise _Forgeable
        if name in _CERTIFICATES and name in elements[-1]:
            raise _Malformed
        elements[-1].setdefault(name, value)
        if found[3] == ",":
            elements.append({})
            at += len(field[at:]) - len(field[at:].lstrip(" \t"))
    last = elements[-1]
    leaf, chain = (
        [each for value in _url(last.get(key, "").encode("ascii")) for each in _pem(value)] if last.get(key) else []
        for key in ("cert", "chain")
    )
    return leaf + [each for each in chain if each not in leaf]


DECODERS: Final[Mapping[str, Callable[[bytes], list[bytes]]]] = {
    "BASE64": _list,
    "DER": _pem,
    "PEM": _pem,
    "URL": _url,
}
"""What may follow each other.  `DER` and `PEM` both take PEM: Vault names the result, OpenBao the source."""
WHOLE: Final = frozenset({"ENVOY", "RFC9440"})
"""Decoders that take the whole header, and stand alone."""
