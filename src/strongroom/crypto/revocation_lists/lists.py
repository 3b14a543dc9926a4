"""A whole list: what stands before its entries, and what stands behind them.

Source: RFC 5280, section 5.1
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from strongroom.crypto import der_values
from strongroom.crypto.revocation_lists.signers import Signer

_VERSION_2: Final = der_values.integer(1)
_LINE = 64
_PEM_PIECE: Final = 48 * 1024
"""Bytes of a list that become lines of PEM at once: a multiple of what a line holds."""
PEM_HEAD: Final = b"-----BEGIN X509 CRL-----\n"
PEM_FOOT: Final = b"-----END X509 CRL-----"


@dataclass(frozen=True, slots=True)
class Statement:
    """What a list says besides its entries.

    Args:
        issuer: the name in DER, exactly as the issuer's certificate has it.
        this_update, next_update: in seconds since the epoch. extensions: encoded ones.
    """

    issuer: bytes
    this_update: float
    next_update: float
    extensions: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Frame:
    """The bytes of a signed list around its entries."""

    before: bytes
    after: bytes


def frame(statement: Statement, entries: Sequence[bytes], signer: Signer) -> Frame:
    """Sign a list.  It takes long for long lists, without the interpreter's lock, so a thread does it.

    Args:
        entries: pieces, each with any number of encoded entries.
    """
    algorithm = signer.algorithm
    size = sum(map(len, entries))
    start = b"".join(
        (
            _VERSION_2,
            algorithm,
            statement.issuer,
            der_values.time(statement.this_update),
            der_values.time(statement.next_update),
            # A list without entries has no empty sequence of them. Source: RFC 5280, section 5.1.2.6
            der_values.header(der_values.SEQUENCE, size) if size else b"",
        )
    )
    end = der_values.explicit(0, der_values.sequence(statement.extensions))
    signed = der_values.header(der_values.SEQUENCE, len(start) + size + len(end)) + start
    signature = signer.sign((signed, *entries, end))
    after = end + algorithm + der_values.bit_string(signature)
    return Frame(der_values.header(der_values.SEQUENCE, len(signed) + size + len(after)) + signed, after)


def pem_lines(piece: bytes) -> bytes:
    """The lines of PEM for a part of a list, whose length is a multiple of 48 unless it is the last one."""
    text = base64.b64encode(piece)
    return b"".join(text[at : at + _LINE] + b"\n" for at in range(0, len(text), _LINE))


def pem(list_: bytes) -> bytes:
    """A list in PEM, without a line feed at its end."""
    parts = (pem_lines(list_[at : at + _PEM_PIECE]) for at in range(0, len(list_), _PEM_PIECE))
    return b"".join((PEM_HEAD, *parts, PEM_FOOT))
