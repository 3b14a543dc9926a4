"""`sys/revoke-issued`, which Vault doesn't have: takes back everything that was issued to somebody."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec

from strongroom.lib.errors import InvalidRequest
from strongroom.lib.rand import base62
from strongroom.sdk import path
from strongroom.sdk.fields import Body, CommaList, Doc
from strongroom.sdk.listing import Page
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.services.namespaces.survey import Found, descendants
from strongroom.services.tokens.issued import line_of
from strongroom.services.withdrawals import Withdrawal, orders
from strongroom.services.withdrawals.counting import Tally, shown
from strongroom.services.withdrawals.matching import Bound
from strongroom.services.withdrawals.records import END, KEEP, Report
from strongroom.sysapi import withdrawal_search
from strongroom.sysapi.context import SystemEngine, SystemView, presented, system
from strongroom.sysapi.system.withdrawal_selection import Wanted, selection_of, times_of
from strongroom.sysapi.system.withdrawal_shown import report_shown

_ID_CHARACTERS = 8
LOOKED_AT = 20_000
"""Rows that one dry run reads at the most.  What is left is another request's."""
_PAGE = 100
_OWN = (
    "the token of this request is among those that this would end, and then nothing could be asked with it: add "
    "including_own=true if that is meant"
)


class SelectionBody(Body, frozen=True):
    """To whom.  Each field that is given narrows the selection."""

    entity_id: Annotated[str, Doc(description="An entity: all its tokens and leases, by whatever login.")] = ""
    alias: Annotated[str, Doc(description="A name in an auth mount, which `mount` names too.")] = ""
    mount: Annotated[
        str, Doc(description="The path of a mount: what it issued, and what was issued to clients that it logged in.")
    ] = ""
    role: Annotated[str, Doc(description="A role of that mount.")] = ""
    accessor: Annotated[
        str, Doc(description="The accessor of a token: it and all that was made with it, orphans included.")
    ] = ""
    network: Annotated[
        CommaList, Doc(description="Addresses or CIDR blocks that the clients had when it was issued.")
    ] = CommaList([])
    since: Annotated[str, Doc(description="Only what was issued after this time, or not longer ago than this.")] = ""
    until: Annotated[str, Doc(description="Only what was issued before this time. Without it: until now.")] = ""
    undetermined: Annotated[
        str, Doc(description="`end` or `keep` what earlier versions issued without noting to whom.")
    ] = END
    dry_run: Annotated[bool, Doc(description="Count what would end, and end nothing.")] = False
    after: Annotated[str, Doc(description="For a dry run: where to go on, as the one before said.")] = ""
    block: Annotated[
        bool, Doc(description="Whether nothing is issued to them any more either, until that is lifted.")
    ] = False
    including_own: Annotated[bool, Doc(description="Whether the token of this request may be among them.")] = False


class WithdrawalPaths(SystemEngine):
    """`revoke-issued`."""

    @path.write("revoke-issued", sudo=True)
    async def revoke_issued(self, request: Request, body: SelectionBody) -> Response | None:
        """Ends all tokens, leases and wrapped answers that were issued to somebody: at once, and clears them later."""
        view, bound = system(request), await _bound(request, body)
        line = await line_of(view.txn, presented(request).record)
        ends_own = bound.order.namespace in view.namespace.lineage and bound.ends(line)
        if body.dry_run:
            after = _cursor(body.after)
            data = await request.once.wait("dry run", lambda: _counted(view, bound, after))
            return Response(data={**data, "ends_own_token": ends_own})
        if body.after:
            raise InvalidRequest("after is where a dry run goes on, and this is none")
        if ends_own and not body.including_own:
            raise InvalidRequest(_OWN)
        await orders.make(view.txn, bound.order, _asked(body))
        request.emit("token/withdraw", "revoke-issued", withdrawal=bound.order.id)
        return Response(status=202, data={"id": bound.order.id, "state": "counting"})

    @path.list_("revoke-issued", computes=True, sudo=True)
    async def list_withdrawals(self, request: Request, body: Page) -> Response | None:
        """Lists what was taken back, oldest first."""
        view, found, after, most = system(request), dict[str, Any](), body.after, body.most
        while True:
            names = await orders.names(view.txn, after, _PAGE)
            for name in names:
                order, report = await orders.read(view.txn, name)
                if report is not None and await _seen(view, report.namespace):
                    state = report.state if order is None or not order.block else "blocking"
                    found[name] = {"state": state, "asked": report.asked}
                if len(found) == most:
                    break
            if len(names) < _PAGE or len(found) == most:
                return Response(data={"keys": list(found), "key_info": found}) if found else None
            after = names[-1]

    @path.read("revoke-issued/{withdrawal}", sudo=True)
    async def read_withdrawal(self, request: Request, withdrawal: str) -> Response | None:
        """Reads how far one is: what was found, what is left, and what couldn't be revoked yet and is tried again."""
        view = system(request)
        order, report = await _named(view, withdrawal)
        if report is None:
            return None
        left = await request.once.wait("left", lambda: withdrawal_search.left(view.services, withdrawal))
        return Response(data=report_shown(order, report, left))

    @path.write("revoke-issued/{withdrawal}/lift", sudo=True, event="token/withdraw-lift")
    async def lift_withdrawal(self, request: Request, withdrawal: str) -> Response | None:
        """Lets things be issued again to those whom it blocks. What was issued before stays invalid."""
        view = system(request)
        order, _ = await _named(view, withdrawal)
        if order is None or not order.block:
            raise InvalidRequest("there is none with that id that blocks")
        await orders.lift(view.txn, order, request.now)
        return None

    @path.write("revoke-issued/{withdrawal}/cancel", sudo=True, event="token/withdraw-cancel")
    async def cancel_withdrawal(self, request: Request, withdrawal: str) -> Response | None:
        """Ends one that was a mistake. What isn't cleared yet is valid again; the rest stays revoked."""
        view = system(request)
        order, report = await _named(view, withdrawal)
        if order is None or report is None:
            raise InvalidRequest("there is none with that id that still stands")
        await orders.cancel(view.txn, report, request.now)
        return None

    @path.delete("revoke-issued/{withdrawal}", sudo=True)
    async def delete_withdrawal(self, request: Request, withdrawal: str) -> Response | None:
        """Removes the report of one that has ended."""
        view = system(request)
        _, report = await _named(view, withdrawal)
        if report is not None:
            await orders.forget(view.txn, report)
        return None


async def _bound(request: Request, body: SelectionBody) -> Bound:
    if body.undetermined not in {END, KEEP}:
        raise InvalidRequest("undetermined has to be end or keep")
    view, now = system(request), request.now
    since, until = times_of(body.since, body.until, now, block=body.block)
    wanted = Wanted(
        entity_id=body.entity_id,
        alias=body.alias,
        mount=body.mount,
        role=body.role,
        accessor=body.accessor,
        networks=tuple(text for text in body.network if text),
        block=body.block,
    )
    random = request.once("withdrawal", lambda: base62(view.services.random, _ID_CHARACTERS))
    at = datetime.fromtimestamp(now, UTC)
    return Bound.of(
        Withdrawal(
            id=f"{at:%Y%m%dT%H%M%S}-{random}",
            namespace=view.namespace.id,
            selection=await selection_of(request, wanted),
            made_at=now,
            since=since,
            until=until,
            block=body.block,
            undetermined=body.undetermined,
        )
    )


def _asked(body: SelectionBody) -> dict[str, str]:
    """The selection as it was given, for the report."""
    asked = {name: getattr(body, name) for name in ("entity_id", "alias", "mount", "role", "accessor")}
    asked |= {"network": ",".join(body.network), "since": body.since, "until": body.until}
    asked |= {"block": "true" if body.block else "", "undetermined": KEEP if body.undetermined == KEEP else ""}
    return {name: text for name, text in asked.items() if text}


def _cursor(text: str) -> tuple[str, str, str]:
    try:
        return msgspec.json.decode(text, type=tuple[str, str, str]) if text else ("", "", "")
    except (msgspec.MsgspecError, UnicodeError) as error:
        raise InvalidRequest("after isn't what a dry run has answered") from error


async def _counted(view: SystemView, bound: Bound, after: tuple[str, str, str]) -> dict[str, Any]:
    """What a withdrawal would end, as far as one request looks."""
    services, total, pages = view.services, Tally(), 0
    below = await descendants(services.barrier, view.namespace)
    namespaces = [view.namespace, *map(_namespace, below)]
    rest = ""
    async for page, at in withdrawal_search.dry_run(services, bound, namespaces, after):
        total.found.update(page.tally.found)
        total.undetermined.update(page.tally.undetermined)
        pages += 1
        if pages * withdrawal_search.PAGE >= LOOKED_AT:
            rest = msgspec.json.encode(at).decode()
            break
    return {
        "found": shown(total.found),
        "undetermined": shown(total.undetermined),
        "total": total.found.total(),
        "complete": not rest,
        "after": rest,
    }


def _namespace(found: Found) -> Any:
    return found.namespace


async def _seen(view: SystemView, namespace: str) -> bool:
    """Whether a withdrawal is of the request's namespace or one below; root sees those of deleted ones, too."""
    place = await view.services.mounts.namespaces.by_id(view.txn, namespace)
    return view.namespace.is_root or (place is not None and view.namespace.holds(place))


async def _named(view: SystemView, id_: str) -> tuple[Withdrawal | None, Report | None]:
    order, report = await orders.read(view.txn, id_)
    if report is None or not await _seen(view, report.namespace):
        return None, None
    return order, report
