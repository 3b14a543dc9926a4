"""How often a client may have a certificate of the same names.

A client that can't store what it gets asks again and again.  The count is a row, so all nodes share it.
"""

from __future__ import annotations

from typing import Final

from strongroom.crypto.issuing.contents import Draft
from strongroom.engines.pki.certificates.digests import made_digests
from strongroom.engines.pki.certificates.records import CertificateEntry, Repeats
from strongroom.engines.pki.certificates.rows import moment
from strongroom.engines.pki.roles.records import RoleRecord
from strongroom.lib.errors import RateLimited
from strongroom.sdk import Random, Request

REPEATS: Final = "cert-repeat/"
ENDS: Final = "cert-repeat-end/"


async def count(
    request: Request, random: Random, role_name: str, role: RoleRecord, common_name: str, draft: Draft
) -> None:
    """Count a certificate of a role that limits them.

    Raises: `RateLimited` if the client has had as many of these names as it may, until the first of them is old enough.
    """
    if not role.duplicate_limit or not role.duplicate_window_s:
        return
    digests = await made_digests(request, random)
    entity = request.client.entity_id if request.client else ""
    names = draft.names
    others = [f"{oid};{text}" for oid, text in names.others]
    asked = sorted({*names.dns, *names.emails, *names.ips, *names.uris, *others})
    digest = digests.of("repeat", role_name, entity, common_name.lower(), *(name.lower() for name in asked))
    row = REPEATS + digest
    before = await request.view.read(row, Repeats)
    since = request.now - role.duplicate_window_s
    recent = tuple(at for at in (before.issued_at if before is not None else ()) if at > since)
    if len(recent) >= role.duplicate_limit:
        wait_s = recent[-role.duplicate_limit] + role.duplicate_window_s - request.now
        raise RateLimited(
            f"{role.duplicate_limit} certificates of these names were issued within {role.duplicate_window_s}s, which "
            "is the role's duplicate_limit: does the client store what it gets?",
            retry_after_s=wait_s,
        )
    if before is not None:
        request.view.delete(_end_row(before.issued_at[-1] + role.duplicate_window_s, digest))
    request.view.write(row, Repeats(issued_at=(*recent, request.now)))
    request.view.write(_end_row(request.now + role.duplicate_window_s, digest), CertificateEntry())


def _end_row(at: float, digest: str) -> str:
    return f"{ENDS}{moment(at)}/{digest}"
