"""Lists that a request describes, signed by an issuer: for several mounts with one issuer, and for migrations."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from strongroom.crypto import der, der_values
from strongroom.crypto.certificates import Certificate
from strongroom.crypto.issuing import extension_ids as ids
from strongroom.crypto.revocation_lists import entries, extensions
from strongroom.crypto.revocation_lists.lists import Statement, frame, pem
from strongroom.crypto.revocation_lists.reading import MOST_BYTES, entries_of
from strongroom.crypto.revocation_lists.signers import Signer
from strongroom.engines.pki import serials
from strongroom.lib import go_base64
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk.coercion import FieldError, to_bool

MOST_ENTRIES: Final = 100_000
_OWN: Final = {
    ids.AUTHORITY_KEY_ID: "authority key id",
    ids.CRL_NUMBER: "CRL number",
    ids.DELTA_CRL_INDICATOR: "delta CRL indicator",
}
_NO_BASE: Final = -1
_MOST_EXTENSIONS: Final = 32


def combined(lists: list[str], issuer: Certificate) -> dict[int, bytes]:
    """The entries of several lists by one issuer.  Of a certificate that several have, the first entry.

    Raises: `InvalidRequest`.
    """
    if sum(map(len, lists)) > MOST_BYTES:
        raise InvalidRequest(f"the lists are longer than {MOST_BYTES} bytes")
    found: dict[int, bytes] = {}
    for number, text in enumerate(lists):
        found = entries_of(text, issuer, f"crl {number}") | found
    return found


def described(certificates: Any) -> dict[int, bytes]:
    """The entries that a request describes.  Raises `InvalidRequest`."""
    if not isinstance(certificates, list) or len(certificates) > MOST_ENTRIES:
        raise InvalidRequest(f"revoked_certs is a list of at most {MOST_ENTRIES} maps")
    found: dict[int, bytes] = {}
    for number, each in enumerate(certificates):
        if not isinstance(each, Mapping):
            raise InvalidRequest(f"entry {number} of revoked_certs is no map")
        serial = _serial(each.get("serial_number"), number)
        if serial in found:
            raise InvalidRequest(f"duplicate serial number of entry {number}: {serials.shown(serial)}")
        at = _time(each.get("revocation_time"), number)
        more = described_extensions(each.get("extensions") or [], f"entry {number}")
        found[serial] = entries.entry(serial, at, more)
    return found


def _serial(given: Any, number: int) -> int:
    if not isinstance(given, str) or not given:
        raise InvalidRequest(f"field revoked_certs is missing required 'serial_number' for entry {number}")
    serial = serials.parsed(given)
    if serial is None or serial >> 8 * serials.BYTES:
        raise InvalidRequest(f"failed parsing serial_number from entry {number}: {given[:64]!r} is no serial number")
    return serial


def _time(given: Any, number: int) -> float:
    if not given:
        raise InvalidRequest(f"failed parsing revocation_time from entry {number}: missing 'revocation_time' field")
    try:
        at = datetime.fromisoformat(given)
        # In another zone it may be beyond the years that there are.
        return at.replace(tzinfo=at.tzinfo or UTC).astimezone(UTC).timestamp()
    except (ValueError, TypeError, OverflowError) as error:
        raise InvalidRequest(
            f"failed parsing revocation_time from entry {number}: it is no time of RFC 3339"
        ) from error


def described_extensions(given: Any, where: str) -> tuple[bytes, ...]:
    """The extensions that a request describes: each has `id`, `critical`, and `value` in base64.

    Args:
        where: they stand, for errors.

    Raises: `InvalidRequest`, also for those that every list has anyway.
    """
    if not isinstance(given, list) or len(given) > _MOST_EXTENSIONS:
        raise InvalidRequest(f"the extensions of {where} are no list of at most {_MOST_EXTENSIONS} maps")
    found: dict[str, bytes] = {}
    for each in given:
        if not isinstance(each, Mapping) or not isinstance(each.get("id"), str):
            raise InvalidRequest(f"an extension of {where} is no map with an id")
        oid = each["id"]
        if oid in _OWN:
            raise InvalidRequest(f"custom extension {oid} of {where} is not allowed: it is the {_OWN[oid]}")
        if oid in found:
            raise InvalidRequest(f"the extension {oid[:64]} of {where} is there twice")
        try:
            value = go_base64.decoded(each.get("value", ""))
            der.element(value)
            found[oid] = der_values.extension(oid, value, critical=to_bool(each.get("critical", False)))
        except (ValueError, TypeError) as error:
            raise InvalidRequest(f"the extension {oid[:64]} of {where} is no DER in base64: {error}") from error
        except FieldError as error:
            raise InvalidRequest(f"critical of the extension {oid[:64]} of {where} is true or false") from error
    return tuple(found.values())


class Wanted(msgspec.Struct, frozen=True):
    """What a list is to say besides its entries."""

    number: int
    base: int
    now: float
    lasts_s: int
    more: tuple[bytes, ...] = ()


def signed(wanted: Wanted, listed: list[bytes], issuer: Certificate, signer: Signer, encoding: str) -> str:
    """The list as text: PEM, or DER in base64."""
    parts = [extensions.number(wanted.number)]
    if issuer.subject_key_id:
        parts.insert(0, extensions.authority_key_identifier(issuer.subject_key_id))
    if wanted.base > _NO_BASE:
        parts.append(extensions.delta_indicator(wanted.base))
    statement = Statement(issuer.subject, wanted.now, wanted.now + wanted.lasts_s, (*parts, *wanted.more))
    made = frame(statement, listed, signer)
    whole = b"".join((made.before, *listed, made.after))
    return base64.b64encode(whole).decode() if encoding == "der" else pem(whole).decode() + "\n"
