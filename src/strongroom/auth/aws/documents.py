"""Identity documents of instances (pure).

Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-identity-documents.html
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from strongroom.auth.aws.records import DocumentCertificate
from strongroom.crypto import signed_documents
from strongroom.lib import json
from strongroom.lib.aws import check_region
from strongroom.lib.errors import InvalidRequest, Tampered

_MOST = 64 * 1024
_FRAME = re.compile(r"-----(BEGIN|END) PKCS7-----|\s")
_INSTANCE = re.compile(r"i-[0-9a-f]{8,17}")
_IMAGE = re.compile(r"ami-[0-9a-f]{8,17}")
_ACCOUNT = re.compile(r"[0-9]{12}")


@dataclass(frozen=True, slots=True)
class Document:
    """What AWS says of an instance."""

    instance_id: str
    image_id: str
    account_id: str
    region: str
    pending_time: str
    """When the instance was last started."""

    @property
    def pending_at(self) -> float:
        """The same, in seconds since the epoch."""
        return instant(self.pending_time)


def of_pkcs7(text: str, certificates: Iterable[DocumentCertificate]) -> Document:
    """The document of a PKCS #7 message.  Raises `InvalidRequest` unless a registered certificate vouches for it."""
    known = [each.pem for each in certificates if each.type == "pkcs7"]
    _check_known(known, "pkcs7")
    try:
        return _parsed(signed_documents.opened(_decoded(_FRAME.sub("", text), "pkcs7"), known))
    except Tampered as error:
        raise InvalidRequest(f"failed to verify the PKCS#7 signature: {error.text}") from error


def of_signature(identity: str, signature: str, certificates: Iterable[DocumentCertificate]) -> Document:
    """A document with its signature.  Raises `InvalidRequest` unless a registered certificate vouches for it."""
    if not identity or not signature:
        raise InvalidRequest("missing identity or signature: both are needed, or pkcs7")
    known = [each.pem for each in certificates if each.type == "identity"]
    _check_known(known, "identity")
    document = _decoded(_FRAME.sub("", identity), "identity")
    if not signed_documents.fits(document, _decoded(_FRAME.sub("", signature), "signature"), known):
        raise InvalidRequest("instance identity verification using SHA256 RSA signature is unsuccessful")
    return _parsed(document)


def _check_known(known: list[str], kind: str) -> None:
    if not known:
        raise InvalidRequest(
            f'there is no certificate of the type "{kind}": register the one that AWS publishes for the region, by '
            "config/certificate/<name>"
        )


def _decoded(text: str, name: str) -> bytes:
    if len(text) > _MOST:
        raise InvalidRequest(f"{name} is longer than {_MOST} bytes")
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidRequest(f"failed to base64 decode {name}") from error


def _parsed(raw: bytes) -> Document:
    found = json.loads(raw)
    if not isinstance(found, Mapping):
        raise InvalidRequest("the identity document is no object")
    document = Document(
        instance_id=_text(found, "instanceId", _INSTANCE),
        image_id=_text(found, "imageId", _IMAGE),
        account_id=_text(found, "accountId", _ACCOUNT),
        region=_text(found, "region", re.compile(r".{1,64}")),
        pending_time=_text(found, "pendingTime", re.compile(r".{1,64}")),
    )
    check_region(document.region, "the document's region")
    instant(document.pending_time)
    return document


def _text(found: Mapping[str, Any], name: str, form: re.Pattern[str]) -> str:
    value = found.get(name)
    if not isinstance(value, str) or form.fullmatch(value) is None:
        raise InvalidRequest(f"the identity document has no usable {name}")
    return value


def instant(text: str) -> float:
    """Seconds since the epoch.  Raises `InvalidRequest` for what is no time with its zone."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidRequest("the identity document has no usable pendingTime") from error
    if found.tzinfo is None:
        raise InvalidRequest("the identity document has no usable pendingTime")
    return found.timestamp()
