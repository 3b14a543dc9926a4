"""Which issuers have one list: those with the same name and the same key.

A client finds a list by the issuer's name, and believes it by the issuer's key.  So certificates of one authority (its
cross-signed ones, and those from before a renewal) share a list.  Source: RFC 5280, section 6.3.3
"""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass

from strongroom.crypto.certificates import Certificate, certificate_of_der
from strongroom.engines.pki.issuers import rows as issuer_rows
from strongroom.engines.pki.issuers.records import CRL_SIGNING, IssuerRecord
from strongroom.engines.pki.revocation.config import config_of
from strongroom.sdk import View

_BETWEEN_PAUSES = 16
_ID_DIGITS = 32


@dataclass(frozen=True, slots=True)
class Group:
    """Issuers with one list."""

    id: str
    certificate: Certificate
    """Of one of them: name and key are those of all."""
    issuers: tuple[IssuerRecord, ...]

    @property
    def signing(self) -> IssuerRecord | None:
        """The issuer that signs the list; None if none of them may, or has its key here."""
        return next((each for each in self.issuers if each.key_id and CRL_SIGNING in each.usage), None)


@dataclass(frozen=True, slots=True)
class Groups:
    """All groups of a mount."""

    by_id: dict[str, Group]
    of_issuer: dict[str, str]
    """The group of each issuer, by the issuer's id."""
    default: str
    """The group of the default issuer; empty if there is none."""


@dataclass(frozen=True, slots=True)
class Member:
    """An issuer, read."""

    issuer: IssuerRecord
    certificate: Certificate
    list_id: str


def list_id(certificate: Certificate) -> str:
    """The id of the list of all issuers with this one's name and key."""
    named = certificate.subject + bytes.fromhex(certificate.public_key_sha256)
    return hashlib.sha256(named).hexdigest()[:_ID_DIGITS]


async def member_of(view: View, id_: str) -> Member | None:
    """An issuer by its id, kept until its row changes: reading a certificate takes longest, where all are grouped."""

    async def build(committed: View) -> Member | None:
        issuer = await issuer_rows.issuer_of(committed, id_)
        if issuer is None:
            return None
        certificate = certificate_of_der(issuer.certificate)
        return Member(issuer, certificate, list_id(certificate))

    return await view.derived(("pki-list-member", id_), build)


async def groups_of(view: View) -> Groups:
    """The groups of a mount's issuers, kept until one of their rows changes."""
    return await view.derived("pki-lists", _grouped)


async def _grouped(view: View) -> Groups:
    found: dict[str, list[Member]] = {}
    for count, id_ in enumerate(await view.list(issuer_rows.ISSUERS)):
        member = await member_of(view, id_)
        if member is not None:
            found.setdefault(member.list_id, []).append(member)
        if count % _BETWEEN_PAUSES == _BETWEEN_PAUSES - 1:
            await asyncio.sleep(0)
    by_id = {id_: Group(id_, each[0].certificate, tuple(one.issuer for one in each)) for id_, each in found.items()}
    of_issuer = {issuer.id: group.id for group in by_id.values() for issuer in group.issuers}
    default = of_issuer.get((await issuer_rows.config_of(view)).default, "")
    return Groups(by_id, of_issuer, default)


@dataclass(frozen=True, slots=True)
class Stream:
    """What one list is made of."""

    id: str
    group: Group
    set_: int = -1
    """The partition set; -1 for the list of everything."""
    partition: int = -1


def stream_id(list_: str, set_: int, partition: int) -> str:
    """The id of the stream of a partition."""
    return f"{list_}.{set_}.{partition}"


async def stream_named(view: View, id_: str) -> Stream | None:
    """The stream of an id; None if its issuers are gone."""
    list_, *rest = id_.split(".")
    group = (await groups_of(view)).by_id.get(list_)
    if group is None:
        return None
    return Stream(id_, group, int(rest[0]), int(rest[1])) if rest else Stream(id_, group)


async def streams_of(view: View, group: Group) -> list[Stream]:
    """All streams of a group: of everything, and of each partition."""
    found = [Stream(group.id, group)]
    for number, set_ in enumerate((await config_of(view)).partition_sets):
        found += [Stream(stream_id(group.id, number, each), group, number, each) for each in range(set_.count)]
    return found
