"""Lists of revoked certificates.

Source: https://developer.hashicorp.com/vault/api-docs/auth/cert#create-crl
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec

from strongroom.auth.cert.records import LISTS, RevocationList
from strongroom.auth.cert.revocation import Lists, accepted, next_attempt, refresh
from strongroom.crypto.crls import crl_of, unpacked
from strongroom.lib import limits
from strongroom.lib.errors import InvalidRequest, NotFound
from strongroom.lib.outgoing import check_url
from strongroom.sdk import Body, Doc, Page, Request, Response, check_segment_name, path

_MOST_LISTS = 256
"""Of one mount.  Each login searches all of them."""


class ListFields(Body, frozen=True):
    """A list, in one of two forms."""

    crl: Annotated[
        str | None,
        Doc(description="The list in PEM, or in DER under base64. It counts until it is deleted, whatever its dates."),
    ] = None
    url: Annotated[
        str | None, Doc(description="Where the list is fetched, now and whenever its dates say that there is another.")
    ] = None


class ListPaths:
    """`crls` and below"""

    lists: Lists

    @path.list_("crls")
    async def list_lists(self, request: Request, body: Page) -> Response:
        """Lists the names of all CRLs."""
        limit = body.limit if body.limit > 0 else None
        names = await request.view.list(LISTS, after=body.after, limit=limit)
        if not names:
            raise NotFound
        return Response(data={"keys": names})

    @path.read("crls/{name:lower}")
    async def read_list(self, request: Request, name: str) -> Response:
        """Reads the serial numbers that a CRL revokes, and what else it says."""
        return Response(data=_shown(await _existing(request, name)))

    @path.write("crls/{name:lower}")
    async def write_list(self, request: Request, name: str, body: ListFields) -> Response | None:
        """Stores a CRL, or where it is fetched."""
        check_segment_name(name)
        if body.crl and body.url:
            raise InvalidRequest("only one of 'crl' or 'url' may be provided")
        if body.crl is not None:
            row = await accepted(request, crl_of(body.crl.encode("utf-8", "surrogatepass")))
            await request.unschedule(LISTS + name)
        elif body.url is not None:
            row = await self._fetched(request, body.url)
            await request.schedule(next_attempt(row, request.now), LISTS + name)
        else:
            raise InvalidRequest("one of 'crl' or 'url' must be provided")
        names = await request.view.list(LISTS)
        if name not in names and len(names) >= _MOST_LISTS:
            raise InvalidRequest(f"the mount has {_MOST_LISTS} CRLs, which is the most")
        request.view.write(LISTS + name, row)
        if row.is_verified:
            return None
        told = f"No role has the certificate of the CRL's issuer ({row.issuer[:256]}): its signature wasn't verified."
        return Response(warnings=[told])

    @path.delete("crls/{name:lower}")
    async def delete_list(self, request: Request, name: str) -> None:
        """Deletes a CRL. What it revoked can log in again."""
        await _existing(request, name)
        request.view.delete(LISTS + name)
        await request.unschedule(LISTS + name)

    async def due(self, request: Request, name: str, data: dict[str, Any]) -> None:
        """Fetch the list again whose dates say that there is another one."""
        await refresh(request, name.removeprefix(LISTS), self.lists)

    async def _fetched(self, request: Request, url: str) -> RevocationList:
        if not url:
            raise InvalidRequest("empty CRL url")
        limits.check_name("url", url, limits.KEY_BYTES * 16)
        check_url(url, "url")
        row = await accepted(request, self.lists.fetched(request, url))
        return msgspec.structs.replace(row, url=url, fetched_at=request.now)


async def _existing(request: Request, name: str) -> RevocationList:
    check_segment_name(name)
    row = await request.view.read(LISTS + name, RevocationList)
    if row is None:
        raise InvalidRequest(f"no such CRL {name}")
    return row


def _shown(row: RevocationList) -> dict[str, Any]:
    data: dict[str, Any] = {}
    if row.serials:
        data["serials"] = {str(serial): {} for serial in unpacked(row.serials)}
    if row.url:
        data["cdp"] = {"url": row.url, "valid_until": _time(row.next_update)}
        data |= {"fetched_at": _time(row.fetched_at), "last_error": row.last_error}
    return {
        **data,
        "issuer": row.issuer,
        "number": row.number,
        "this_update": _time(row.this_update),
        "next_update": _time(row.next_update) if row.next_update else None,
        "signature_verified": row.is_verified,
    }


def _time(seconds: float) -> str:
    if not seconds:
        return "0001-01-01T00:00:00Z"
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
