"""Taking keys and certificates of bundles into a mount.

Source: https://openbao.org/api-docs/secret/pki/#import-ca-certificates-and-keys
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any, Final

from strongroom.crypto.issuing import bundles
from strongroom.crypto.issuing.ca_certificates import CaCertificate
from strongroom.crypto.issuing.private_keys import PrivateKey
from strongroom.engines.pki import serials
from strongroom.engines.pki.issuers import rows
from strongroom.engines.pki.issuers.chains import chain_now
from strongroom.engines.pki.issuers.records import CRL_SIGNING, ISSUING, IssuerRecord
from strongroom.engines.pki.issuers.settings import default_usage
from strongroom.engines.pki.issuers.urls import NO_URLS, urls_of
from strongroom.engines.pki.keys import rows as key_rows
from strongroom.engines.pki.keys.records import KeyRecord
from strongroom.lib.errors import InvalidRequest
from strongroom.lib.rand import Random
from strongroom.sdk import Request, Response, replace, uuid4

_BETWEEN_PAUSES: Final = 10


@dataclass(slots=True)
class Imported:
    """What became of a bundle's contents: ids, and for each issuer the id of its key."""

    new_issuers: list[IssuerRecord] = field(default_factory=list)
    new_keys: list[str] = field(default_factory=list)
    known_issuers: list[IssuerRecord] = field(default_factory=list)
    known_keys: list[str] = field(default_factory=list)

    def shown(self) -> dict[str, Any]:
        """As in answers, where an empty list is null."""
        return {
            "imported_issuers": [each.id for each in self.new_issuers] or None,
            "imported_keys": self.new_keys or None,
            "existing_issuers": [each.id for each in self.known_issuers] or None,
            "existing_keys": self.known_keys or None,
            "mapping": {each.id: each.key_id for each in (*self.known_issuers, *self.new_issuers)},
        }


async def imported(request: Request, text: str, random: Random, *, keys: bool = True) -> Response:
    """Store what is new of a bundle in PEM, and say what was there before.

    Args:
        keys: whether private keys may be in it.

    Raises: `InvalidRequest` for anything in it that isn't taken; nothing of it is stored then.
    """
    bundle = bundles.parsed(text)
    if bundle.keys and not keys:
        raise InvalidRequest(
            "private keys found in the PEM bundle but not allowed by the path; use /issuers/import/bundle"
        )
    certificates: dict[bytes, CaCertificate] = {}
    for number, der in enumerate(bundle.certificates):
        await _pause(number)
        certificates[der] = _authority(number, der)
    done = Imported()
    for number, key in enumerate(dict.fromkeys(bundle.keys)):
        await _pause(number)
        await _take_key(request, key, done, random)
    for number, certificate in enumerate(certificates.values()):
        await _pause(number)
        await _take_certificate(request, certificate, done, random)
    await _choose_default(request, done)
    return Response(data=done.shown(), warnings=await _warnings(request, done, bundle.lists))


async def take_key(request: Request, key: PrivateKey, random: Random, name: str = "") -> tuple[KeyRecord, bool]:
    """The record of a key pair, and whether it is new.  Issuers of the mount with its public key get it."""
    known = await key_rows.with_public(request.view, key.public)
    if known is not None:
        return known, False
    id_ = request.once(f"key id {key.public.hex()}", lambda: uuid4(random))
    record = key_rows.record_of(id_, key, name)
    await key_rows.add(request.view, record)
    for issuer in await rows.with_key(request.view, key.public):
        rows.keep(request.view, replace(issuer, key_id=id_))
    return record, True


def new_issuer(certificate: CaCertificate, id_: str, key_id: str, name: str = "", algorithm: str = "") -> IssuerRecord:
    """The record of an issuer with the usual settings."""
    return IssuerRecord(
        id=id_,
        certificate=certificate.der,
        serial=serials.shown(certificate.serial),
        key_id=key_id,
        name=name,
        usage=default_usage(certificate),
        revocation_signature_algorithm=algorithm,
        not_after=certificate.not_after,
    )


async def _pause(number: int) -> None:
    """Let others go on now and then: a bundle may hold a thousand certificates."""
    if number % _BETWEEN_PAUSES == 0:
        await asyncio.sleep(0)


def _authority(number: int, der: bytes) -> CaCertificate:
    try:
        certificate = CaCertificate.load(der)
    except InvalidRequest as error:
        raise InvalidRequest(f"Error parsing issuer {number}: {error.text}") from error
    if not certificate.is_authority:
        raise InvalidRequest(
            f"Error parsing issuer {number}: Refusing to import non-CA certificate "
            f"{serials.shown(max(0, certificate.serial))}"
        )
    if certificate.serial < 0:
        raise InvalidRequest(f"Error parsing issuer {number}: its serial number is negative")
    return certificate


async def _take_key(request: Request, key: PrivateKey, done: Imported, random: Random) -> None:
    record, is_new = await take_key(request, key, random)
    ids = done.new_keys if is_new else done.known_keys
    if record.id not in (*done.new_keys, *done.known_keys):
        ids.append(record.id)


async def _take_certificate(request: Request, certificate: CaCertificate, done: Imported, random: Random) -> None:
    known = await rows.with_certificate(request.view, certificate.der)
    if known is not None:
        done.known_issuers.append(known)
        return
    key = await key_rows.with_public(request.view, certificate.public)
    id_ = request.once(f"issuer id {certificate.der.hex()}", lambda: uuid4(random))
    issuer = new_issuer(certificate, id_, key.id if key is not None else "")
    await rows.add(request.view, issuer)
    done.new_issuers.append(issuer)


async def _choose_default(request: Request, done: Imported) -> None:
    """Where it isn't clear which one is meant, a default stays as it is."""
    new = [each for each in done.new_issuers if each.key_id]
    usable = [each for each in (*new, *done.known_issuers) if each.key_id]
    has_default = bool((await rows.config_of(request.view)).default)
    chosen = new if has_default else usable
    if len(chosen) == 1 or (chosen and not has_default):
        await rows.follow(request.view, chosen[0])


async def _warnings(request: Request, done: Imported, lists: int) -> list[str]:
    found = [] if await urls_of(request.view) else [NO_URLS]
    if lists:
        found.append(f"{lists} lists of revoked certificates in the bundle were left out: a mount signs its own")
    for issuer in [each for each in done.new_issuers if each.key_id]:
        found += [
            f"issuer {issuer.id} isn't used for {usage}: its certificate has a key usage without {bit}"
            for usage, bit in ((ISSUING, "CertSign"), (CRL_SIGNING, "CRLSign"))
            if usage not in issuer.usage
        ]
    # Only what issues here sends a chain to clients, and a bundle may hold a thousand others.
    for issuer in [each for each in done.new_issuers if each.key_id]:
        chain = (await chain_now(request.view, issuer)).certificates
        if not CaCertificate.load(chain[-1]).is_root:
            found.append(
                f"root not in this mount: the chain of issuer {issuer.id} ends at a certificate that another authority "
                "has signed; import that authority's certificate too, so that clients get a complete chain"
            )
    return found
