"""What an issuer's certificate, and those above it, let it issue.

It follows from rows, and stays in the one cache of the process until one of them changes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from strongroom.crypto.issuing.ca_certificates import CaCertificate
from strongroom.crypto.issuing.name_constraints import constraints_of, text_of
from strongroom.engines.pki.constraints.verdicts import Bounds
from strongroom.engines.pki.issuers.chains import chain_of
from strongroom.engines.pki.issuers.records import IssuerRecord
from strongroom.engines.pki.issuers.rows import issuer_of
from strongroom.sdk import View


@dataclass(frozen=True, slots=True)
class Limits:
    """What clients hold against certificates of an issuer."""

    record: IssuerRecord
    """The issuer that they were gathered for."""
    bounds: tuple[Bounds, ...]
    """The issuer's own first; none for an issuer without, or whose names aren't checked."""
    path_length: int | None
    """How many authorities may stand below it; None for any number."""


async def limits_of(view: View, issuer: IssuerRecord) -> Limits:
    """What an issuer may issue, whether or not the mount has its key."""

    async def build(committed: View) -> Limits | None:
        record = await issuer_of(committed, issuer.id)
        return await _gathered(committed, record) if record is not None else None

    found = await view.derived(("pki-limits", issuer.id), build)
    # One that this request has made or changed has no committed row yet.
    return found if found is not None and found.record == issuer else await _gathered(view, issuer)


async def _gathered(view: View, issuer: IssuerRecord) -> Limits:
    way = upwards((await chain_of(view, issuer)).certificates)
    name = issuer.name or issuer.id
    bounds = []
    for depth, certificate in enumerate(way):
        if found := constraints_of(certificate.loaded):
            above = f'"{text_of(certificate.loaded.subject)}" above ' if depth else ""
            bounds.append(Bounds.of(f"{above}the issuer {name}", found))
    checked = not issuer.disable_name_constraint_checks
    return Limits(issuer, tuple(bounds) if checked else (), room_below(way))


def upwards(chain: Iterable[bytes]) -> list[CaCertificate]:
    """The certificates of a chain that have signed one another, from the first one upwards (p).

    A chain that somebody has put together may hold others.
    """
    way: list[CaCertificate] = []
    for der in chain:
        certificate = CaCertificate.load(der)
        if not way or certificate.issued(way[-1]):
            way.append(certificate)
    return way


def room_below(way: list[CaCertificate]) -> int | None:
    """How many authorities may stand below the first one; None for any number (p).

    Less than none if there are too many already.  Authorities that have signed themselves don't count.

    Source: RFC 5280, section 4.2.1.9
    """
    room: int | None = None
    between = 0
    for certificate in way:
        if certificate.path_length is not None:
            here = certificate.path_length - between
            room = here if room is None else min(room, here)
        between += not certificate.is_self_issued
    return room
