"""`sys/policies/simulate`, which Vault doesn't have: what a draft of policies would have changed."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import path
from strongroom.sdk.fields import Body, Doc, JsonMap
from strongroom.sdk.request import Operation, Request
from strongroom.sdk.response import Response
from strongroom.sdk.token_fields import normal_policies
from strongroom.services.policy.drafts import DraftPolicies
from strongroom.services.policy.records import PolicyRecord
from strongroom.services.policy.service import check
from strongroom.sysapi.context import SystemEngine, system
from strongroom.sysapi.system.policy_text import decoded
from strongroom.sysapi.system.why.explaining import Question
from strongroom.sysapi.system.why.simulating import Change, Judged, Made, simulate, with_policies

_MOST_REQUESTS = 1000
_MOST_POLICIES = 100


class _Given(msgspec.Struct, frozen=True):
    """A request as a client describes it."""

    operation: Operation
    path: str
    namespace: str = ""
    policies: tuple[str, ...] = ()
    entity_id: str = ""
    token_namespace: str = ""
    count: Annotated[int, msgspec.Meta(ge=1)] = 1


class SimulateBody(Body, frozen=True):
    """A draft of policies, and requests that were made."""

    policies: Annotated[
        JsonMap | None, Doc(description="The new text of each changed policy, by its name; null for one to delete.")
    ] = None
    requests: Annotated[
        Any,
        Doc(
            description="Objects with `operation`, `path`, `namespace`, `policies` of the token, `entity_id`, "
            f"`token_namespace` and `count`; at most {_MOST_REQUESTS}."
        ),
    ] = None


class SimulatePaths(SystemEngine):
    """`policies/simulate`."""

    @path.write("policies/simulate", sudo=True)
    async def simulate(self, request: Request, body: SimulateBody) -> Response | None:
        """Tells which requests a draft of policies would newly allow or deny. Nothing is written."""
        view, made = system(request), _made(body.requests)
        changes = _changes(request, body.policies or {})
        new = await view.services.policies.missing(view.txn, view.namespace.id, changes)
        warnings = [f'there is no policy "{name}" yet: is its name right?' for name in new]
        drafts = DraftPolicies(view.services.policies, view.namespace.id, changes)
        drafted = with_policies(view.services, drafts)
        inside = view.namespace.path
        placed = [msgspec.structs.replace(each, namespace=inside + each.namespace) for each in made]
        judged = await request.once.wait("simulated", lambda: simulate(view.services, drafted, placed, request.now))
        changed = [each for each in judged if each.change is not Change.NONE]
        data = {"requests": [_shown(each, inside) for each in changed], "totals": _totals(judged)}
        return Response(data=data, warnings=warnings)


def _made(given: Any) -> list[Made]:
    """The requests.  Raises `InvalidRequest`."""
    if not isinstance(given, list) or not given:
        raise InvalidRequest("requests has to be a list of at least one request")
    if len(given) > _MOST_REQUESTS:
        raise InvalidRequest(f"at most {_MOST_REQUESTS} requests at a time")
    try:
        described = msgspec.convert(given, list[_Given], strict=False)
    except msgspec.ValidationError as error:
        raise InvalidRequest(f"requests: {error}") from error
    return [_as_made(each) for each in described]


def _as_made(given: _Given) -> Made:
    operation, asked_path = Question(operation=given.operation.value, path=given.path).canonical
    namespace = given.namespace.strip("/")
    return Made(
        operation=operation,
        path=asked_path,
        namespace=f"{namespace}/" if namespace else "",
        policies=normal_policies(given.policies),
        entity_id=given.entity_id,
        token_namespace=given.token_namespace,
        count=given.count,
    )


def _changes(request: Request, given: dict[str, Any]) -> dict[str, PolicyRecord | None]:
    """The changed policies by their names.  Raises `InvalidRequest` for a text that is no policy."""
    if not given or len(given) > _MOST_POLICIES:
        raise InvalidRequest(f"policies has to name from 1 to {_MOST_POLICIES} policies")
    view, found = system(request), dict[str, PolicyRecord | None]()
    for name, text in given.items():
        lower = name.lower()
        view.services.policies.check_name(lower)
        if text is None:
            found[lower] = None
            continue
        if not isinstance(text, str) or not text:
            raise InvalidRequest(f'the policy "{name}" has to be a text, or null')
        plain = decoded(text)
        if len(plain) > PolicyRecord.limit_bytes:
            raise InvalidRequest(f'the policy "{name}" is longer than a policy can be')
        check(lower, plain)
        found[lower] = PolicyRecord(name=lower, text=plain)
    return found


def _shown(judged: Judged, inside: str) -> dict[str, Any]:
    made = judged.made
    return {
        "change": str(judged.change),
        "count": made.count,
        "operation": str(made.operation),
        "path": made.path,
        "namespace": made.namespace.removeprefix(inside),
        "policies": list(made.policies),
        "entity_id": made.entity_id,
        "conditions_before": list(judged.before),
        "conditions_after": list(judged.after),
    }


def _totals(judged: list[Judged]) -> dict[str, int]:
    """How often requests of each kind were made."""
    totals = {str(change): 0 for change in Change}
    for each in judged:
        totals[each.change] += each.made.count
    return totals
