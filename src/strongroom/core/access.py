"""Stages 2 and 3: authentication and authorization."""

from __future__ import annotations

from typing import Any

import msgspec

from strongroom.core.attempt import Attempt
from strongroom.lib.errors import InvalidRequest, PermissionDenied
from strongroom.sdk import pages
from strongroom.sdk.coercion import FieldError, to_int
from strongroom.sdk.request import Operation
from strongroom.sdk.response import Response
from strongroom.services.approvals import demanded
from strongroom.services.exchange import ApiRequest, Exchange, Grant
from strongroom.services.policy.acl import NEEDED, Acl, Decision, permits
from strongroom.services.policy.key_filter import KeyFilter
from strongroom.services.policy.parse import NO_CONSTRAINTS, Constraints
from strongroom.services.tokens.rights import Asked, acl_of, judge

DENIED = "1 error occurred:\n\t* permission denied\n\n"
_NS = 1_000_000_000
_LISTINGS = frozenset({Operation.LIST, Operation.SCAN})
_LIMIT = "limit"
_AFTER = "after"


class Judged(msgspec.Struct, frozen=True):
    """The decision of the policies on a request."""

    decision: Decision
    allowed: bool
    """Whether capability, parameters, wrapping time and `sudo` are all as they have to be."""
    needs_sudo: bool = False
    """Whether the path asks for `sudo` besides the capability."""


async def judged(attempt: Attempt) -> Judged | None:
    """What the policies of a living token say of a request.

    Returns: None if the token is of a namespace that doesn't contain the request's.
    """
    request, match, entry, bearer = attempt.request, attempt.match, attempt.entry, attempt.exchange.bearer
    if bearer is None:
        raise PermissionDenied("permission denied")
    policies, namespace = attempt.services.policies, attempt.exchange.namespace
    if bearer.record.namespace not in namespace.lineage:  # a token works in its namespace and those below
        return None
    if match is None or entry is None or match.is_plain:
        acl = await acl_of(policies, attempt.txn, bearer.record, namespace, request.received_at)
        decision = acl.decide(namespace.path + request.path, request.operation)
    else:
        asked = Asked(request.path, request.operation, entry.record.full_path, match, request.data)
        decision = await judge(policies, attempt.txn, bearer.record, namespace, request.received_at, asked=asked)
    wrap_ns = request.wrap_ttl_s * _NS if request.wrap_ttl_s else None
    fields = match.route.fields if match is not None else None
    stated = match.stated if match is not None and decision.constraints is not None else None
    allowed = permits(decision, request.operation, request.data, wrap_ns, fields, stated=stated)
    needs_sudo = match is not None and match.declaration.sudo
    return Judged(decision, allowed and (decision.sudo or not needs_sudo), needs_sudo)


async def authorize(attempt: Attempt) -> tuple[Grant | None, PermissionDenied | None]:
    """Decide on a request whose token is alive.

    Returns: the grant, or the refusal.  The caller writes the audit entry before it raises the refusal.
    """
    found = await judged(attempt)
    if found is None or not found.allowed:
        return None, PermissionDenied(DENIED)
    decision = found.decision
    rules = decision.constraints or NO_CONSTRAINTS
    request, entry = attempt.request, attempt.entry
    needed = NEEDED.get(request.operation, 0)
    scoped = entry is not None and entry.record.config.list_scoped and not decision.root
    scoped = scoped and request.operation in _LISTINGS and rules.key_filter is None
    grant = Grant(
        policies=decision.policies,
        root=decision.root,
        page_limit=rules.pagination_limit,
        key_filter=rules.key_filter,
        demand=demanded(rules, needed, sudo=found.needs_sudo) if rules.control_groups else None,
        mfa_methods=rules.mfa_methods,
        must_wrap=bool(rules.min_wrapping_ttl_ns or rules.max_wrapping_ttl_ns),
        by_path_alone=decision.constraints is None and not scoped,
        scoped=scoped,
    )
    return grant, None


def _more_is_needed(rules: Constraints | None, operation: Operation) -> bool:
    """Whether an operation needs approvals or a second factor besides the capability."""
    if rules is None:
        return False
    return bool(rules.mfa_methods) or demanded(rules, NEEDED.get(operation, 0), sudo=False) is not None


def asked_data(exchange: Exchange) -> dict[str, Any]:
    """The parameters that the engine gets.

    A listing whose names are filtered loses its `limit` here, and is cut to pages after the filter.  Otherwise a short
    page would reveal that a hidden name exists, and a client could find that name letter by letter with `after`.
    """
    data = exchange.request.data
    if exchange.grant is None or not _filters(exchange.grant) or exchange.request.operation not in _LISTINGS:
        return data
    return {name: value for name, value in data.items() if name != _LIMIT}


async def cut(attempt: Attempt, response: Response) -> Response | None:
    """Shorten a listing to the names that the policies let a client see, and to as many as they allow at a time.

    Returns: the listing; None when nothing of it is left.
    """
    if attempt.request.operation in _LISTINGS and not _paged(attempt, response):
        return None
    grant, request, data = attempt.exchange.grant, attempt.request, response.data
    if grant is None or request.operation not in _LISTINGS or data is None:
        return response
    if not _filters(grant) and not grant.page_limit:
        return response
    names = data.get("keys")
    kept = names if isinstance(names, list) else []
    most = grant.page_limit
    if _filters(grant):
        kept = await _visible(attempt, grant.key_filter, kept)
        most = min((limit for limit in (most, _limit(request)) if limit > 0), default=0)
        # Other fields of the engine's response could contain the hidden names.
        data = {name: value for name, value in data.items() if name == "key_info"}
        if not kept and request.operation is Operation.LIST:
            return None  # the response is the same as for an empty folder
    elif len(kept) <= most:
        return response
    kept = kept[: most or None]
    details = data.get("key_info")
    response.data = {**data, "keys": kept}
    if isinstance(details, dict):
        response.data["key_info"] = {name: details[name] for name in kept if name in details}
    return response


def _paged(attempt: Attempt, response: Response) -> bool:
    """Cut the page that was asked for out of a listing whose path doesn't do it itself.

    Returns: whether anything is left that a listing would tell.
    """
    request, match = attempt.request, attempt.match
    if match is None or response.data is None or not (_LIMIT in request.data or _AFTER in request.data):
        return True
    if pages.cuts_itself(match.declaration.body):
        return True
    after, filtered = request.data.get(_AFTER), attempt.exchange.grant is not None and _filters(attempt.exchange.grant)
    data = pages.cut(response.data, str(after or ""), None if filtered else _limit(request) or None)
    if data is None and request.operation is Operation.LIST:
        return False
    response.data = data or {}
    return True


def _limit(request: ApiRequest) -> int:
    """The size of a page that was asked for; 0 for none.  Raises `InvalidRequest`."""
    try:
        return max(0, to_int(request.data.get(_LIMIT)))
    except FieldError as error:
        raise InvalidRequest(f'error converting input for field "{_LIMIT}": {error}') from error


def _filters(grant: Grant) -> bool:
    """Whether names of a listing are left out: by a rule, or by a setting of the mount."""
    return grant.key_filter is not None or grant.scoped


async def _visible(attempt: Attempt, filter_: KeyFilter | None, names: list[str]) -> list[str]:
    """The names that the policies show: secrets that the client may read, folders that it may list.

    Args:
        filter_: makes the path that decides; None for the paths by which the engine's secrets are read.
    """
    request, services, bearer = attempt.request, attempt.services, attempt.exchange.bearer
    if bearer is None:
        return []
    namespace = attempt.exchange.namespace
    listed = namespace.path + request.path.rstrip("/") + "/"
    acl = await acl_of(services.policies, attempt.txn, bearer.record, namespace, request.received_at)
    if filter_ is not None:
        return [name for name in names if _shows(acl, filter_.path_of(listed, name))]
    ways = _ways(attempt, listed)
    return [name for name in names if any(_shows(acl, way + name) for way in ways)]


def _shows(acl: Acl, path: str) -> bool:
    """Whether the rules let a client read a path without more than its token; list it, if it is a folder's."""
    operation = Operation.LIST if path.endswith("/") else Operation.READ
    decision = acl.decide(path, operation)
    return permits(decision, operation, {}, None) and not _more_is_needed(decision.constraints, operation)


def _ways(attempt: Attempt, listed: str) -> list[str]:
    """The beginnings of the paths that read what a listing lists: its own, unless the engine has others."""
    entry = attempt.entry
    if entry is None or entry.engine is None:
        return [listed]
    mount = attempt.exchange.namespace.path + entry.record.full_path
    rest = listed.removeprefix(mount)
    for start, readers in entry.engine.listed_by.items():
        if rest.startswith(start):
            return [mount + reader + rest.removeprefix(start) for reader in readers]
    return [listed]


def as_create(request: ApiRequest) -> ApiRequest:
    """The same request, known to create what it writes."""
    return msgspec.structs.replace(request, operation=Operation.CREATE)
