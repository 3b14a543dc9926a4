"""Explains one decision: the rules that were looked at, whose they are, and what the request lacks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from strongroom.barrier import keys
from strongroom.sdk.request import Operation, Request
from strongroom.services.policy.explanation import Considered, Weighed, Written, considered
from strongroom.services.policy.service import is_root
from strongroom.services.policy.shortfalls import Sent, capability_of, demands
from strongroom.services.tokens import TokenRecord
from strongroom.services.tokens.origins import GROUP, Named, Origin, policies_of
from strongroom.services.tokens.rights import rights_of
from strongroom.sysapi.context import SystemView, system
from strongroom.sysapi.foresight import Foreseen, asking, reasons_of
from strongroom.sysapi.system.why import asker

WRITE = "write"
OPERATIONS = ("create", "read", "update", "patch", "delete", "list", "scan", WRITE)
_MOST_RULES = 200
"""Rules that one answer names.  A policy may have thousands for one path."""
_NS = 1_000_000_000


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """The request that is asked about."""

    operation: str
    """One of `OPERATIONS`."""
    path: str
    parameters: dict[str, Any] = {}
    wrap_ttl_s: int = 0

    def __repr__(self) -> str:
        return f"Question({self.operation} {self.path})"

    @property
    def canonical(self) -> tuple[Operation, str]:
        """Operation and path as the decoded request would have them."""
        operation = Operation.UPDATE if self.operation == WRITE else Operation(self.operation)
        path = self.path.strip().removeprefix("/v1/").lstrip("/")
        lists = operation in {Operation.LIST, Operation.SCAN}
        return operation, path.rstrip("/") + "/" if lists else path


async def foreseen(request: Request, record: TokenRecord, question: Question) -> tuple[Foreseen, ...]:
    """The decisions on the request that is asked about, with a token of this record."""
    view = system(request)
    operation, path = question.canonical
    asked = asking(
        operation,
        path,
        namespace=view.namespace.path,
        now=request.now,
        data=question.parameters,
        wrap_ttl_s=question.wrap_ttl_s,
    )
    found = await view.services.foresight(view.services, view.txn, asked, record)
    if question.operation == Operation.UPDATE:
        return found[:1]
    return found


async def explained(
    request: Request, record: TokenRecord, question: Question, *, own: bool = False, names_groups: bool = True
) -> dict[str, Any]:
    """The explanation, as the API shows it.

    Args:
        record: that of a token, or of one that there could be. own: whether it is the client's, which may not read its
        policies. names_groups: whether the client may know in which groups the entity is.

    Raises: `PermissionDenied` if the client may not read one of the policies.
    """
    view, outcomes = system(request), await foreseen(request, record, question)
    place = outcomes[0].namespace
    named = await policies_of(view.txn, record, place, request.now)
    if not own:
        await asker.require_policies(request, named)
    texts = _Texts(view, {})
    written, void = await _written(view, record, outcomes[0], request.now)
    shown = [await _outcome(each, written, question, request.now, comments=not own) for each in outcomes]
    answers = {each["allowed"] for each in shown}
    return {
        "verdict": "depends" if len(answers) > 1 else "allowed" if answers == {True} else "denied",
        "namespace": place.path,
        "outcomes": shown,
        "policies": [await texts.policy(each, void, names_groups=names_groups) for each in named],
    }


async def _written(
    view: SystemView, record: TokenRecord, seen: Foreseen, now: float
) -> tuple[list[Written], list[tuple[str, str]]]:
    """The texts of the policies that were asked; none where none was asked."""
    if seen.decision is None:
        return [], []
    service = view.services.policies
    rights = await rights_of(service, view.txn, record, seen.namespace, now)
    if is_root(rights.granted):
        return [], []
    return await service.written(view.txn, rights.granted, rights.holder, now)


async def _outcome(
    seen: Foreseen, written: list[Written], question: Question, now: float, *, comments: bool
) -> dict[str, Any]:
    """One decision."""
    data: dict[str, Any] = {
        "operation": str(seen.operation),
        "capability": capability_of(seen.operation),
        "path": seen.path,
        "mount": seen.mount,
        "route": seen.route,
        "allowed": seen.allowed,
        "needs_sudo": seen.needs_sudo,
        "needs_token": not seen.needs_no_token,
        "reasons": reasons_of(seen, _sent(question, seen)),
        "rules": [],
        "decided_by": "",
        "granted_by": [],
    }
    decision = seen.decision
    if decision is None or seen.own is None:
        return data
    weighed = Weighed(seen.full_path, seen.operation, seen.own, now, seen.form)
    rules = [] if decision.root else considered(written, weighed)
    data["rules"] = [_rule(each, comments=comments) for each in rules[:_MOST_RULES]]
    data["left_out"] = max(0, len(rules) - _MOST_RULES)
    data["decided_by"] = seen.own.pattern.text if seen.own.pattern is not None else ""
    data["granted_by"] = list(decision.policies)
    data["asks"] = demands(decision.constraints, seen.operation)
    if seen.demand is not None:
        data["asks"]["approvals"] = [
            {
                "approvals": factor.approvals,
                "group_names": list(factor.group_names),
                "group_ids": list(factor.group_ids),
            }
            for factor in seen.demand.factors
        ]
    data["other_paths"] = [
        {
            "path": other.path,
            "denied": other.overrules,
            "rule": other.decision.pattern.text if other.decision.pattern else "",
        }
        for other in seen.others
    ]
    return data


def _sent(question: Question, seen: Foreseen) -> Sent:
    wrap_ttl_ns = question.wrap_ttl_s * _NS if question.wrap_ttl_s else None
    return Sent(question.parameters, wrap_ttl_ns, seen.fields, seen.stated)


def _rule(each: Considered, *, comments: bool) -> dict[str, Any]:
    data = {
        "policy": each.policy,
        "namespace": each.namespace,
        "rule": each.rule.path,
        "line": each.rule.line,
        "capabilities": each.capabilities,
        "standing": str(each.standing),
        "why": each.why,
    }
    if comments and each.rule.comment:
        data["comment"] = each.rule.comment
    return data


class _Texts:
    """How policies are shown.  The paths of namespaces are looked up once."""

    def __init__(self, view: SystemView, known: dict[str, str]) -> None:
        self._view = view
        self._known = known

    async def policy(self, named: Named, void: list[tuple[str, str]], *, names_groups: bool) -> dict[str, Any]:
        """A policy, and how the token comes to it."""
        known = self._known
        if named.namespace not in known:
            place = await self._view.services.mounts.namespaces.by_id(self._view.txn, named.namespace)
            known[named.namespace] = place.path if place is not None else ""
        return {
            "name": named.name,
            "namespace": known[named.namespace],
            "in_force": (named.namespace, named.name) not in void,
            "from": [_origin(origin, names_groups=names_groups) for origin in named.origins],
        }


def _origin(origin: Origin, *, names_groups: bool) -> Mapping[str, Any]:
    if not origin.names or (origin.by == GROUP and not names_groups):
        return {"by": origin.by}
    return {"by": origin.by, "names": list(origin.names)}


def supposed(policies: tuple[str, ...], entity_id: str, namespace: str, now: float) -> TokenRecord:
    """The record of a token that nobody has, with these policies and this entity.

    Args:
        namespace: the id of the token's namespace.
    """
    return TokenRecord(
        key="",
        accessor="",
        policies=policies,
        path="",
        created_at=now,
        entity_id=entity_id,
        namespace=namespace or keys.ROOT_NAMESPACE,
    )
