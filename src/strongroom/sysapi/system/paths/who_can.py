"""`sys/policies/who-can`, which Vault doesn't have: who can make a request."""

from __future__ import annotations

from typing import Annotated

from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import path
from strongroom.sdk.fields import Body, CommaList, Doc
from strongroom.sdk.request import Operation, Request
from strongroom.sdk.response import Response
from strongroom.sysapi.context import SystemEngine, system
from strongroom.sysapi.foresight import asking
from strongroom.sysapi.system.why import who_can
from strongroom.sysapi.system.why.explaining import OPERATIONS, Question, foreseen, supposed
from strongroom.sysapi.system.why.granting import Granting
from strongroom.sysapi.system.why.holders import Holders

_LIMIT = 100
_MOST = 1000


class WhoCanBody(Body, frozen=True):
    """A request that somebody might make, and a page of who could."""

    path: Annotated[str, Doc(description="The path of the request, without `/v1/`.")] = ""
    operation: Annotated[str, Doc(description=f"One of {', '.join(f'`{name}`' for name in OPERATIONS)}.")] = (
        Operation.READ.value
    )
    kinds: Annotated[
        CommaList | None, Doc(description=f"Which of {', '.join(f'`{name}`' for name in who_can.KINDS)}; all if none.")
    ] = None
    after: Annotated[str, Doc(description="Go on after this, the `after` of an earlier answer.")] = ""
    limit: Annotated[int, Doc(description=f"The largest number to return; at most {_MOST}.")] = _LIMIT


class WhoCanPaths(SystemEngine):
    """`policies/who-can`."""

    @path.write("policies/who-can", sudo=True)
    async def who_can(self, request: Request, body: WhoCanBody) -> Response | None:
        """Finds the policies, roles, groups, entities and tokens that are allowed a request."""
        if not 1 <= body.limit <= _MOST:
            raise InvalidRequest(f"limit has to be from 1 to {_MOST}")
        if not body.path.strip("/ "):
            raise InvalidRequest("path must be supplied")
        if body.operation not in OPERATIONS:
            raise InvalidRequest(f"operation has to be one of {', '.join(OPERATIONS)}")
        kinds = tuple(body.kinds or who_can.KINDS)
        if unknown := [kind for kind in kinds if kind not in who_can.KINDS]:
            raise InvalidRequest(f'unknown kind "{unknown[0]}", expected one of {", ".join(who_can.KINDS)}')
        view = system(request)
        question = Question(operation=body.operation, path=body.path)
        outcomes = await foreseen(request, supposed((), "", view.namespace.id, request.now), question)
        seen = outcomes[0]
        if seen.needs_no_token:
            return Response(data={"everybody": True, "found": [], "after": "", "looked_at": 0})
        operation, asked_path = question.canonical
        asked = asking(operation, asked_path, namespace=view.namespace.path, now=request.now)
        holders = Holders(view.services, asked, Granting(view.services, outcomes, request.now))
        found = await request.once.wait(
            "who can",
            lambda: who_can.search(view, holders, seen.namespace, kinds, after=body.after, limit=body.limit),
        )
        data = {"everybody": False, "found": found.holders, "after": found.after, "looked_at": found.looked_at}
        warnings = [seen.refusal] if seen.refusal else []
        return Response(data=data, warnings=warnings)
