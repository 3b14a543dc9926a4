"""Decides on requests that nobody has made, by the stages that decide on all others."""

from __future__ import annotations

import msgspec

from strongroom.barrier.transaction import Transaction
from strongroom.core import access
from strongroom.core.attempt import Attempt, at_home, begin
from strongroom.core.front import PATHS
from strongroom.lib.errors import InvalidRequest, PermissionDenied, Unavailable
from strongroom.sdk.request import Operation
from strongroom.sdk.spelling import PLAIN, Form
from strongroom.services.approvals import demanded
from strongroom.services.exchange import ApiRequest, Exchange
from strongroom.services.policy.acl import NEEDED, Decision
from strongroom.services.policy.explanation import Other
from strongroom.services.policy.parse import NO_CONSTRAINTS
from strongroom.services.tokens import Bearer, TokenRecord
from strongroom.services.tokens.rights import acl_of, other_paths
from strongroom.sysapi.foresight import Foreseen
from strongroom.sysapi.services import Services

_WRITES = frozenset({Operation.CREATE, Operation.UPDATE})


async def foresee(
    services: Services, txn: Transaction, request: ApiRequest, record: TokenRecord
) -> tuple[Foreseen, ...]:
    """What `Pipeline` would decide on a request with this token.

    Whether a write creates or updates isn't looked up: who may ask this may not know what is there.

    Raises: `NotFound` if there is no namespace as the request says.
    """
    wanted = request.operation
    if wanted is Operation.CREATE:
        request = msgspec.structs.replace(request, operation=Operation.UPDATE)
    attempt = await begin(services, txn, request)
    attempt = _with(attempt, record)
    try:
        attempt.check_namespace()
        if attempt.needs_no_token or attempt.request.path in PATHS:  # those are served in front of the pipeline
            return (_described(attempt, needs_no_token=True, allowed=True),)
        if attempt.is_away(record.namespace):
            attempt = _with(await at_home(attempt, record.namespace), record)
            attempt.check_namespace()
    except (InvalidRequest, Unavailable) as error:
        return (_described(attempt, refusal=error.text),)
    match = attempt.match
    if request.operation not in _WRITES or match is None or not match.declaration.exists:
        return (await decided(attempt),)
    update = await decided(attempt)
    creation = attempt.knowing(msgspec.structs.replace(attempt.exchange, request=access.as_create(attempt.request)))
    create = await decided(creation)
    if match.declaration.update_creates and not create.allowed and update.allowed:
        create = msgspec.structs.replace(update, operation=Operation.CREATE)
    return (create,) if wanted is Operation.CREATE else (update, create)


def _with(attempt: Attempt, record: TokenRecord) -> Attempt:
    exchange = attempt.exchange
    return attempt.knowing(Exchange(exchange.request, Bearer("", record), exchange.entry, namespace=exchange.namespace))


def _described(attempt: Attempt, *, allowed: bool = False, needs_no_token: bool = False, refusal: str = "") -> Foreseen:
    entry, match = attempt.entry, attempt.match
    if not refusal and not needs_no_token and entry is None:
        refusal = "no mount serves this path"
    elif not refusal and not needs_no_token and match is None:
        refusal = "the mount serves no such request"
    return Foreseen(
        operation=attempt.request.operation,
        namespace=attempt.exchange.namespace,
        path=attempt.request.path,
        mount=entry.record.full_path if entry is not None else "",
        route=match.route.pattern if match is not None else "",
        allowed=allowed,
        needs_no_token=needs_no_token,
        needs_sudo=match is not None and match.declaration.sudo,
        refusal=refusal,
    )


async def decided(attempt: Attempt) -> Foreseen:
    """What the policies say of a request of a token, and by which rules."""
    described = _described(attempt)
    request, match = attempt.request, attempt.match
    try:
        found = await access.judged(attempt)
        if found is None:
            away = "the token is of a namespace that doesn't contain the request's"
            return msgspec.structs.replace(described, refusal=away)
        path, form, own, others = await _weighed(attempt)
    except PermissionDenied as error:
        return msgspec.structs.replace(described, refusal=error.text)
    rules = found.decision.constraints or NO_CONSTRAINTS
    needed = NEEDED.get(request.operation, 0)
    return msgspec.structs.replace(
        described,
        full_path=path,
        form=form,
        own=own,
        others=others,
        decision=found.decision,
        allowed=found.allowed,
        demand=demanded(rules, needed, sudo=found.needs_sudo) if rules.control_groups else None,
        fields=match.route.fields if match is not None else {},
        stated=match.stated if match is not None else {},
    )


async def _weighed(attempt: Attempt) -> tuple[str, Form, Decision, tuple[Other, ...]]:
    """The path and the form in which rules are asked for it, what they say of it, and of the object's other paths."""
    request, match, entry, bearer = attempt.request, attempt.match, attempt.entry, attempt.exchange.bearer
    assert bearer is not None, "as `judged` says"
    namespace, operation = attempt.exchange.namespace, request.operation
    mount = namespace.path + (entry.record.full_path if entry is not None else "")
    form = match.form(mount) if match is not None else PLAIN
    acl = await acl_of(attempt.services.policies, attempt.txn, bearer.record, namespace, request.received_at, form=form)
    path = form.of_path(namespace.path + request.path)
    paths = other_paths(match, mount, path, request.data) if match is not None else []
    others = tuple(
        Other(each, acl.decide(each, operation), overrules=acl.overruled(path, (each,), operation)) for each in paths
    )
    return path, form, acl.decide(path, operation), others
