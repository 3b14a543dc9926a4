"""Answers in DER (p).

Source: RFC 6960, section 4.2
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from typing import Final

import msgspec

from strongroom.crypto import der, der_values
from strongroom.crypto.ocsp_responder.questions import NONCE, CertificateId
from strongroom.crypto.revocation_lists import reasons
from strongroom.crypto.revocation_lists.signers import Signer

_BASIC: Final = der_values.identifier("1.3.6.1.5.5.7.48.1.1")
_GOOD: Final = b"\x80\x00"
_UNKNOWN: Final = b"\x82\x00"
_REVOKED: Final = 0xA1


class Refusal(enum.IntEnum):
    """Why there is no answer: what this server says of the reasons that there are.  Source: RFC 6960, section 2.3"""

    MALFORMED = 1
    UNAUTHORIZED = 6


def refusal(why: Refusal) -> bytes:
    """An answer that says nothing of any certificate.  It isn't signed."""
    return der_values.sequence((der.encoded(der_values.ENUMERATED, bytes((why,))),))


class Standing(msgspec.Struct, frozen=True):
    """What is known of one certificate."""

    asked: CertificateId
    known: bool = True
    """Whether its issuer has issued it, as far as is known here."""
    revoked_at: float = 0.0
    """In seconds since the epoch; 0 if it wasn't revoked."""
    reason: int = reasons.UNSPECIFIED


class Times(msgspec.Struct, frozen=True):
    """When an answer was made, and when the next one is there; in seconds since the epoch."""

    made_at: float
    next_at: float
    """0 if new ones are made all the time."""


def answer(standings: Sequence[Standing], times: Times, responder: bytes, signer: Signer, nonce: bytes | None) -> bytes:
    """A signed answer.

    Args:
        responder: the name of the issuer that signs, in DER. nonce: of the question, in DER.
    """
    singles = der_values.sequence(_single(each, times) for each in standings)
    parts = [der_values.explicit(1, responder), der_values.generalized_time(times.made_at), singles]
    if nonce is not None:
        parts.append(der_values.explicit(1, der_values.sequence((der_values.extension(NONCE, nonce),))))
    said = der_values.sequence(parts)
    basic = der_values.sequence((said, signer.algorithm, der_values.bit_string(signer.sign((said,)))))
    body = der_values.sequence((_BASIC, der.encoded(der_values.OCTET_STRING, basic)))
    return der_values.sequence((der.encoded(der_values.ENUMERATED, b"\x00"), der_values.explicit(0, body)))


def _single(standing: Standing, times: Times) -> bytes:
    if standing.revoked_at:
        why = der_values.explicit(0, reasons.value(standing.reason)) if standing.reason else b""
        status = der.encoded(_REVOKED, der_values.generalized_time(standing.revoked_at) + why)
    else:
        status = _GOOD if standing.known else _UNKNOWN
    parts = [standing.asked.encoded, status, der_values.generalized_time(times.made_at)]
    if times.next_at:
        parts.append(der_values.explicit(0, der_values.generalized_time(times.next_at)))
    return der_values.sequence(parts)
