"""`sys/capabilities`: what a token may do at some paths.

Source: https://developer.hashicorp.com/vault/api-docs/system/capabilities
"""

from __future__ import annotations

from typing import Annotated, Any

from strongroom.lib.errors import InvalidRequest, StrongroomError
from strongroom.sdk import path
from strongroom.sdk.fields import SECRET, Body, CommaList, Doc, OldNameOf
from strongroom.sdk.request import Operation, Request
from strongroom.sdk.response import Response
from strongroom.services.policy.parse import CAPABILITIES
from strongroom.services.tokens import TokenRecord
from strongroom.services.tokens.rights import Asked, acl_of, judge
from strongroom.sysapi.context import SystemEngine, SystemView, is_last_use, presented, system

_NO_TOKEN = "1 error occurred:\n\t* no token found\n\n"  # noqa: S105 - the text of an error
_INVALID_TOKEN = "1 error occurred:\n\t* invalid token\n\n"  # noqa: S105
_INVALID_ACCESSOR = "1 error occurred:\n\t* invalid accessor\n\n"
_VERBS = tuple(operation for operation in Operation if operation.value in CAPABILITIES)
_MOST_PATHS = 1000
_MISSING_PATH = "1 error occurred:\n\t* missing path\n\n"


class PathsBody(Body, frozen=True):
    """Some paths."""

    paths: Annotated[CommaList | None, Doc(description="The paths to check.")] = None
    path: Annotated[CommaList | None, Doc(description="Old name of `paths`."), OldNameOf("paths")] = None


class TokenPathsBody(PathsBody, frozen=True):
    """A token, and some paths."""

    token: Annotated[str, Doc(description="The token.", extra=SECRET)] = ""


class AccessorPathsBody(PathsBody, frozen=True):
    """A token by its accessor, and some paths."""

    accessor: Annotated[str, Doc(description="The token's accessor.")] = ""


class CapabilitiesPaths(SystemEngine):
    """`capabilities`, `capabilities-self`, `capabilities-accessor`."""

    @path.write("capabilities", computes=True, repeatable=True)
    async def capabilities(self, request: Request, body: TokenPathsBody) -> Response | None:
        """Reads what a token may do on the given paths."""
        paths, view = _paths(body), system(request)
        if not body.token:
            raise InvalidRequest(_NO_TOKEN)
        bearer = presented(request)
        record: TokenRecord | None = bearer.record
        if body.token != bearer.token:
            record = await view.services.tokens.find(
                view.txn, body.token, view.services.mounts, request.received_at, view.namespace
            )
        if record is None or (record is bearer.record and is_last_use(request)):
            raise InvalidRequest(_INVALID_TOKEN)
        return await _shown(request, record, paths)

    @path.write("capabilities-self", computes=True, repeatable=True)
    async def capabilities_self(self, request: Request, body: TokenPathsBody) -> Response | None:
        """Reads what the request's own token may do on the given paths. A token in the body is ignored."""
        paths = _paths(body)
        if is_last_use(request):
            raise InvalidRequest(_INVALID_TOKEN)
        return await _shown(request, presented(request).record, paths)

    @path.write("capabilities-accessor", computes=True, repeatable=True)
    async def capabilities_accessor(self, request: Request, body: AccessorPathsBody) -> Response | None:
        """Reads what a token may do on the given paths. The token is named by its accessor."""
        if not body.accessor:
            raise InvalidRequest("missing accessor")
        view = system(request)
        record = await view.services.tokens.by_accessor(
            view.txn, body.accessor, view.services.mounts, request.received_at, view.namespace
        )
        if record is None:
            raise InvalidRequest(_INVALID_ACCESSOR)
        return await _shown(request, record, _paths(body))


def _paths(body: PathsBody) -> list[str]:
    paths = body.paths or body.path
    if not paths:
        raise InvalidRequest("paths must be supplied")
    if not all(paths):
        raise InvalidRequest(_MISSING_PATH)
    if len(paths) > _MOST_PATHS:
        # Every token may ask by the default policy, and each path costs a look at all rules and a place in the log.
        raise InvalidRequest(f"at most {_MOST_PATHS} paths at a time")
    return list(paths)


async def _capabilities(view: SystemView, record: TokenRecord, path: str, now: float) -> list[str]:
    """The capabilities on a path.  Each operation is checked separately if its route has other spellings or paths."""
    policies, namespace = view.services.policies, view.namespace
    acl = await acl_of(policies, view.txn, record, namespace, now)
    found = acl.capabilities(namespace.path + path.lstrip("/"))
    entry = view.router.find(path)
    if found == ["root"] or entry is None or entry.engine is None:
        return found
    mount, granted = entry.record.full_path, set(found) - {"deny"}
    for operation in _VERBS:
        try:
            match = entry.engine.routes.find(operation, path[len(mount) :])
        except StrongroomError:
            continue
        if match.declaration.forms or match.route.also:
            asked = Asked(mount + match.path, operation, mount, match)
            decision = await judge(policies, view.txn, record, namespace, now, asked=asked)
            granted = granted | {operation.value} if decision.allowed else granted - {operation.value}
    return sorted(granted) or ["deny"]


async def _shown(request: Request, record: TokenRecord, paths: list[str]) -> Response:
    view = system(request)
    data: dict[str, Any] = {path: await _capabilities(view, record, path, request.received_at) for path in paths}
    if len(paths) == 1:
        data["capabilities"] = data[paths[0]]
    return Response(data=data, repeat=True)
