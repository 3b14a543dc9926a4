"""The chain of an issuer: the certificates from its own upwards.

An issuer with a `manual_chain` has that.  All others have a line: each certificate signed by the next one, up to one
that signs itself, where the mount has it.  Of two certificates of the same authority, one that signs itself and one
that another authority has signed, only one is in the line: many programs refuse chains that hold both.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final

from strongroom.crypto.issuing.ca_certificates import CaCertificate
from strongroom.engines.pki.issuers.records import IssuerRecord
from strongroom.engines.pki.issuers.rows import issuer_of, with_subject
from strongroom.sdk import View

_MOST_OF_A_NAME: Final = 32
"""How many issuers of the same subject are tried as the one above."""
_MOST: Final = 128
"""How many issuers are looked at for one chain."""


@dataclass(frozen=True, slots=True)
class Chain:
    """An issuer's chain."""

    record: IssuerRecord
    """The issuer that it was made for."""
    certificates: tuple[bytes, ...]
    """In DER, its own first."""


def line(start: str, above: Mapping[str, Sequence[str]], roots: AbstractSet[str]) -> tuple[str, ...]:
    """The shortest way from an issuer to one that signs itself; without any, the longest of all shortest ways (p).

    Args:
        start: the id of an issuer.
        above: which ones have signed each, the preferred ones first.
        roots: those that sign themselves.
    """
    below: dict[str, str] = {}
    waiting, last = deque((start,)), start
    while waiting:
        last = waiting.popleft()
        if last in roots:
            break
        for each in above.get(last, ()):
            if each != start and each not in below:
                below[each] = last
                waiting.append(each)
    way = [last]
    while way[-1] != start:
        way.append(below[way[-1]])
    return tuple(reversed(way))


async def chain_of(view: View, issuer: IssuerRecord) -> Chain:
    """The chain of an issuer.  It stays in memory until a row changes that it follows from."""

    async def build(committed: View) -> Chain | None:
        record = await issuer_of(committed, issuer.id)
        return await chain_now(committed, record) if record is not None else None

    found = await view.derived(("pki-chain", issuer.id), build)
    # One that this request has made or changed has no committed row yet.
    return found if found is not None and found.record == issuer else await chain_now(view, issuer)


async def chain_now(view: View, issuer: IssuerRecord) -> Chain:
    """The chain of an issuer, with what this request has written."""
    if issuer.manual_chain:
        members = [issuer if id_ == issuer.id else await issuer_of(view, id_) for id_ in issuer.manual_chain]
        return Chain(issuer, tuple(each.certificate for each in members if each is not None))
    known, above, roots = await _ancestors(view, issuer)
    return Chain(issuer, tuple(known[id_].der for id_ in line(issuer.id, above, roots)))


async def _ancestors(
    view: View, issuer: IssuerRecord
) -> tuple[dict[str, CaCertificate], dict[str, list[str]], set[str]]:
    """The certificates above an issuer and its own by their ids, which have signed which, and which sign themselves."""
    known = {issuer.id: CaCertificate.load(issuer.certificate)}
    above: dict[str, list[str]] = {}
    roots: set[str] = set()
    waiting = deque((issuer.id,))
    while waiting:
        id_ = waiting.popleft()
        certificate = known[id_]
        if certificate.is_root:
            roots.add(id_)
            continue
        signers: list[tuple[bool, int, str]] = []
        for each in await with_subject(view, certificate.issuer, _MOST_OF_A_NAME):
            other = known.get(each.id) or CaCertificate.load(each.certificate)
            if each.id == id_ or not other.issued(certificate):
                continue
            signers.append((not other.is_self_issued, -other.not_after, each.id))
            if each.id not in known and len(known) < _MOST:
                known[each.id] = other
                waiting.append(each.id)
        above[id_] = [each for _, _, each in sorted(signers) if each in known]
    return known, above, roots
