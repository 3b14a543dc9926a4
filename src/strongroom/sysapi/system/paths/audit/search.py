"""`sys/audit-search`: finds requests in the log of a device that writes to a file."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Annotated, Any

from strongroom.audit.channel import Channel
from strongroom.audit.file.lookback import Piece
from strongroom.audit.searching import Looked, search
from strongroom.inquiry.criteria import Criteria, check_network
from strongroom.inquiry.inquiry import NO_ANSWER, Found
from strongroom.inquiry.moments import FORMS, moment
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import path
from strongroom.sdk.fields import SECRET, Body, CommaList, Doc
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.sysapi.context import SystemEngine, system
from strongroom.sysapi.system.mounting import folder

_MOST_VALUES = 100
"""Of one kind.  Each is compared with each line."""
_MOST_CHARACTERS = 1024
"""Of a pattern.  It is compared with each line, too."""
_OUTCOMES = ("ok", "denied", "error", NO_ANSWER)


class SearchBody(Body, frozen=True):
    """What is looked for: all of what is given, and of several values of one kind one."""

    since: Annotated[str, Doc(description=f"The first moment: {FORMS}.")] = ""
    until: Annotated[str, Doc(description="The first moment that isn't meant any more, in the same forms.")] = ""
    request_path: Annotated[
        CommaList | None,
        Doc(description="Paths as policies write them: `+` for one segment, `*` at the end for any rest."),
    ] = None
    operation: Annotated[CommaList | None, Doc(description="`create`, `read`, `update`, `delete`, `list`, …")] = None
    name: Annotated[CommaList | None, Doc(description="Display names, as `userpass-anna`; `*` is any text.")] = None
    entity_id: Annotated[CommaList | None, Doc(description="Ids of entities.")] = None
    policy: Annotated[CommaList | None, Doc(description="Policies of the token.")] = None
    remote_address: Annotated[CommaList | None, Doc(description="Addresses, or networks as `10.0.0.0/8`.")] = None
    request_id: Annotated[CommaList | None, Doc(description="The `request_id` of answers.")] = None
    outcome: Annotated[CommaList | None, Doc(description=f"Some of {', '.join(_OUTCOMES)}.")] = None
    accessor: Annotated[CommaList | None, Doc(description="Accessors of tokens; the log has digests of them.")] = None
    token: Annotated[CommaList | None, Doc(description="Tokens; the log has digests of them.", extra=SECRET)] = None
    value: Annotated[
        CommaList | None,
        Doc(description="Values that were sent or answered; the log has digests of them.", extra=SECRET),
    ] = None
    before: Annotated[
        str, Doc(description="`before` of an answer: look at the piece of the log before the one that it was about.")
    ] = ""


class AuditSearchPaths(SystemEngine):
    """What was logged."""

    @path.write("audit-search/{path*:slashless}", sudo=True, root_only=True)
    async def search_audit(self, request: Request, path: str, body: SearchBody) -> Response | None:
        """Finds requests in the log of a device, from its end on, a piece at a time.

        It is the log of the node that answers. An answer without `before` was about the first piece.
        """
        view = system(request)
        for sink in await view.services.audit.sinks(view.txn):
            if sink.record.path == folder(path):
                break
        else:
            raise InvalidRequest(f'unknown audit backend "{folder(path)}"')
        channel, criteria = sink.channel, _criteria(body, sink.channel, datetime.fromtimestamp(request.now, UTC))

        async def later() -> Response | None:
            piece, looked = await asyncio.to_thread(_look, channel, body, criteria)
            return Response(data=_told(piece, looked, criteria))

        return Response(later=later)


def _look(channel: Channel, body: SearchBody, criteria: Criteria) -> tuple[Piece, Looked]:
    piece = channel.piece(body.before)
    return piece, search(piece, criteria, body.outcome or ())


def _criteria(body: SearchBody, channel: Channel, now: datetime) -> Criteria:
    """Raises `InvalidRequest`."""
    for name in body.__struct_fields__:
        value = getattr(body, name)
        if isinstance(value, list) and len(value) > _MOST_VALUES:
            raise InvalidRequest(f"{name} has {_MOST_VALUES} values at most")
    for name, patterns in (("request_path", body.request_path), ("name", body.name)):
        if any(len(pattern) > _MOST_CHARACTERS for pattern in patterns or ()):
            raise InvalidRequest(f"a {name} has {_MOST_CHARACTERS} characters at most")
    try:
        since, until = (moment(text, now) if text else "" for text in (body.since, body.until))
        networks = tuple(map(check_network, body.remote_address or ()))
    except ValueError as error:
        raise InvalidRequest(str(error)) from None
    if wrong := [each for each in body.outcome or () if each not in _OUTCOMES]:
        raise InvalidRequest(f'"{wrong[0]}" is no outcome: those are {", ".join(_OUTCOMES)}')

    def both(texts: list[str] | None) -> tuple[str, ...]:
        # Also as it is, because `hmac_accessor=false` and `log_raw` write that.
        return tuple(form for text in texts or () for form in (text, channel.digest(text)))

    return Criteria(
        since=since,
        until=until,
        paths=tuple(body.request_path or ()),
        operations=tuple(body.operation or ()),
        names=tuple(body.name or ()),
        entities=tuple(body.entity_id or ()),
        accessors=both(body.accessor),
        tokens=both(body.token),
        policies=tuple(body.policy or ()),
        networks=networks,
        ids=tuple(body.request_id or ()),
        values=tuple(channel.digest(text).encode() for text in body.value or ()),
    )


def _told(piece: Piece, looked: Looked, criteria: Criteria) -> dict[str, Any]:
    # Before the first moment that is meant there is nothing to look for.
    over = bool(looked.oldest) and looked.oldest < criteria.since
    return {
        "requests": [_request(found) for found in looked.found],
        "before": "" if over else piece.before,
        "left_bytes": 0 if over else piece.left_bytes,
        "oldest": looked.oldest,
        "unreadable": looked.unreadable,
    }


def _request(found: Found) -> dict[str, Any]:
    entry = found.entry
    asked, auth = entry.request, entry.auth
    return {
        "time": entry.time,
        "outcome": found.outcome,
        "operation": asked.operation,
        "path": asked.path,
        "opened": found.opened,
        "display_name": auth.display_name,
        "made_by": list(found.names[1:]),
        "entity_id": auth.entity_id,
        "accessor": auth.accessor or asked.client_token_accessor,
        "policies": list(auth.policies or ()),
        "remote_address": asked.remote_address,
        "request_id": asked.id,
        "error": entry.error,
    }
