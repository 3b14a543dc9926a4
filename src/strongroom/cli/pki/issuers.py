"""An issuer, or another certificate of a mount, as the server tells it, and how two of them are related."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from strongroom.cli.render import SecretAnswer
from strongroom.client.client import Client
from strongroom.client.errors import ClientError

if TYPE_CHECKING:
    from strongroom.crypto.certificates import Certificate


class UnreadIssuer(Exception):
    """What a path answers is no issuer, or there is no answer."""


@dataclass(frozen=True, slots=True)
class Issuer:
    """An issuer as it was read."""

    certificate: Certificate
    chain: tuple[Certificate, ...]
    key_id: str


def read_issuer(client: Client, path: str) -> Issuer:
    """Ask for an issuer.  Raises `UnreadIssuer`."""
    try:
        data = SecretAnswer(client.without_wrapping().read(path)).data
    except ClientError as error:
        raise UnreadIssuer(str(error)) from error
    certificate = _certificate(_text(data, "certificate"), path)
    chain = (data or {}).get("ca_chain")
    if not isinstance(chain, list):
        raise UnreadIssuer(f"what answers at {path} has no chain (ca_chain), as issuers have")
    texts = [text for each in chain if (text := str(each).strip())]
    key_id = (data or {}).get("key_id")
    return Issuer(certificate, tuple(_certificate(each, path) for each in texts), str(key_id or ""))


def _text(data: Mapping[str, Any] | None, field: str) -> str:
    if data is None:
        raise UnreadIssuer("nothing is there")
    value = data.get(field)
    if not isinstance(value, str) or not value:
        raise UnreadIssuer(f"what is there has no {field}, so it is no issuer")
    return value


def _certificate(text: str, path: str) -> Certificate:
    from strongroom.crypto.certificates import certificates_of_pem  # noqa: PLC0415 - slow import
    from strongroom.lib.errors import InvalidRequest  # noqa: PLC0415

    try:
        return certificates_of_pem(text)[0]
    except InvalidRequest as error:
        raise UnreadIssuer(f"a certificate at {path} {error.text}") from error


def compared(issuer: Issuer, issued: Issuer) -> dict[str, bool]:
    """Which of five relations two certificates have, by the names that `pki verify-sign` shows."""
    from strongroom.crypto.issued import is_proven_by, is_signed_by  # noqa: PLC0415 - slow import

    parent, child = issuer.certificate, issued.certificate
    return {
        "key_id_match": child.authority_key_id == parent.subject_key_id,
        "path_match": parent in issued.chain,
        "signature_match": is_signed_by(child, parent),
        "subject_match": parent.subject == child.issuer,
        "trust_match": is_proven_by(child, parent, time.time()),
    }
