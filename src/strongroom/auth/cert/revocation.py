"""Lists of revoked certificates: which are accepted, what is on them, and when those with a URL are fetched."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import msgspec

from strongroom.auth.cert.records import LISTS, ROLES, RevocationList, Role
from strongroom.auth.cert.trust import registered
from strongroom.crypto.certificates import Certificate
from strongroom.crypto.crls import MOST_BYTES, Crl, crl_of, holds
from strongroom.lib.errors import InvalidRequest, StrongroomError, UpstreamFailed
from strongroom.lib.outgoing import Http, Slots
from strongroom.sdk import Request

AGAIN_S = 300.0
"""How long until a list that couldn't be fetched is tried again; and the least time between two attempts."""
WITHOUT_END_S = 3600.0
"""How long until a list is fetched again that doesn't say when there will be another one."""
_OK = 200
_TOTAL_S = 30.0


class Lists:
    """Fetches lists by their URLs.

    Args:
        http: None for the usual one.
    """

    def __init__(self, http: Http | None = None) -> None:
        self._http = http or Http("the distribution point of the CRL", total_s=_TOTAL_S, most_bytes=MOST_BYTES)
        self._slots = Slots("the distribution point of the CRL", at_once=2, waiting=30)

    async def fetch(self, url: str) -> Crl:
        """The list at a URL.  Raises `UpstreamFailed`, and `InvalidRequest` for what is no list."""
        async with self._slots.place(url, total_s=_TOTAL_S):
            reply = await self._http.ask("GET", url)
        if reply.status != _OK:
            raise UpstreamFailed(f"unexpected response code {reply.status} fetching the CRL")
        return crl_of(reply.body)

    def fetched(self, request: Request, url: str) -> Crl:
        """The same, with no transaction open."""
        name = f"crl {hashlib.sha256(url.encode()).hexdigest()}"
        return request.once.outside(name, lambda: self.fetch(url))


async def checker(request: Request) -> Callable[[Certificate], bool]:
    """Whether any list of the mount names a certificate.

    Serial numbers are compared alone, as the API documents it: lists made for others revoke here too.
    """
    lists = []
    for name in await request.view.list(LISTS):
        each = await request.view.read(LISTS + name, RevocationList)
        if each is not None:
            lists.append(each.serials)
    return lambda certificate: any(holds(serials, certificate.serial_number) for serials in lists)


async def accepted(request: Request, crl: Crl, before: RevocationList | None = None) -> RevocationList:
    """The row for a list.

    A list whose issuer is registered in the mount has to bear its signature.  A later list of the same URL has to
    come from the same issuer, and be no older: whoever stands between could otherwise take revocations back.

    Args:
        before: the row that the list of the same URL replaces.

    Raises: `InvalidRequest`.
    """
    issuers = [each for each in await _authorities(request) if each.subject == crl.issuer]
    verified = any(crl.is_signed_by(each) for each in issuers)
    if issuers and not verified:
        raise InvalidRequest("the signature of the CRL isn't that of the registered certificate of its issuer")
    if before is not None and before.fetched_at:
        if before.issuer != crl.issuer_text or (before.is_verified and not verified):
            raise InvalidRequest("the CRL has another issuer than the one before")
        if crl.this_update < before.this_update:
            raise InvalidRequest("the CRL is older than the one before")
    return RevocationList(
        serials=crl.serials,
        issuer=crl.issuer_text,
        number=crl.number,
        this_update=crl.this_update,
        next_update=crl.next_update,
        is_verified=verified,
    )


async def _authorities(request: Request) -> list[Certificate]:
    found: dict[bytes, Certificate] = {}
    for name in await request.view.list(ROLES):
        role = await request.view.read(ROLES + name, Role)
        if role is not None:
            found |= {each.der: each for each in registered(name, role) if each.is_ca}
    return list(found.values())


def next_attempt(row: RevocationList, now: float) -> float:
    """When a list with a URL is fetched again, in seconds since the epoch (p)."""
    if row.last_error:
        return now + AGAIN_S
    wanted = row.next_update or now + WITHOUT_END_S
    return max(wanted, now + AGAIN_S)


async def refresh(request: Request, name: str, lists: Lists) -> None:
    """Fetch a list again, and schedule the next time.  While that fails, the last one goes on to count."""
    row = await request.view.read(LISTS + name, RevocationList)
    if row is None or not row.url:
        return
    try:
        changed = await accepted(request, lists.fetched(request, row.url), row)
        changed = msgspec.structs.replace(changed, url=row.url, fetched_at=request.now)
    except StrongroomError as error:
        changed = msgspec.structs.replace(row, last_error=error.text)
    request.view.write(LISTS + name, changed)
    await request.schedule(next_attempt(changed, request.now), LISTS + name)
