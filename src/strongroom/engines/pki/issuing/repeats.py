"""How often a client may have a certificate of the same names.

A client that can't store what it gets asks again and again.  The count is a row, so all nodes share it.
"""

from __future__ import annotations

from typing import Final

import msgspec

from strongroom.crypto.issuing.contents import Draft
from strongroom.crypto.issuing.extension_ids import ALTERNATIVE_NAMES
from strongroom.engines.pki.certificates.digests import made_digests
from strongroom.engines.pki.certificates.records import CertificateEntry, Repeats
from strongroom.engines.pki.certificates.rows import moment
from strongroom.lib.errors import RateLimited
from strongroom.sdk import Random, Request

REPEATS: Final = "cert-repeat/"
ENDS: Final = "cert-repeat-end/"


class Limit(msgspec.Struct, frozen=True, kw_only=True):
    """How many certificates of the same names a client may have within some time."""

    role: str
    count: int
    window_s: int


def names_of(draft: Draft) -> list[str]:
    """The alternative names that a certificate will have, as texts (p)."""
    names = draft.names
    written = [f"{each.oid} {each.value.hex()}" for each in draft.others if each.oid == ALTERNATIVE_NAMES]
    others = [f"{oid};{text}" for oid, text in names.others]
    return [*names.dns, *names.emails, *names.ips, *names.uris, *others, *written]


async def count(request: Request, random: Random, limit: Limit, names: list[str]) -> None:
    """Count a certificate.

    Raises: `RateLimited` if the client has had as many of these names as it may, until the first of them is old enough.
    """
    digests = await made_digests(request, random)
    entity = request.client.entity_id if request.client else ""
    digest = digests.of("repeat", limit.role, entity, *sorted({name.lower() for name in names}))
    row = REPEATS + digest
    before = await request.view.read(row, Repeats)
    since = request.now - limit.window_s
    recent = tuple(at for at in (before.issued_at if before is not None else ()) if at > since)
    if len(recent) >= limit.count:
        wait_s = recent[-limit.count] + limit.window_s - request.now
        raise RateLimited(
            f"{limit.count} certificates of these names were issued within {limit.window_s}s, which "
            "is the role's duplicate_limit: does the client store what it gets?",
            retry_after_s=wait_s,
        )
    if before is not None:
        request.view.delete(_end_row(before.issued_at[-1] + limit.window_s, digest))
    request.view.write(row, Repeats(issued_at=(*recent, request.now)))
    request.view.write(_end_row(request.now + limit.window_s, digest), CertificateEntry())


def _end_row(at: float, digest: str) -> str:
    return f"{ENDS}{moment(at)}/{digest}"
