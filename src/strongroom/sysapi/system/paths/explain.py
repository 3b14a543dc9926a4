"""`sys/policies/explain`, which Vault doesn't have: why a request is allowed or denied."""

from __future__ import annotations

from typing import Annotated, Any

from strongroom.audit.entry import timestamp
from strongroom.lib.errors import InvalidRequest, PermissionDenied
from strongroom.sdk import path
from strongroom.sdk.fields import SECRET, Body, CommaList, Doc, Duration
from strongroom.sdk.request import Operation, Request
from strongroom.sdk.response import Response
from strongroom.sdk.token_fields import normal_policies
from strongroom.services.denials import rows
from strongroom.services.tokens import TokenRecord
from strongroom.storage.keys import is_key
from strongroom.sysapi.context import SystemEngine, presented, system
from strongroom.sysapi.system.why import asker
from strongroom.sysapi.system.why.explaining import OPERATIONS, Question, explained, supposed
from strongroom.sysapi.token.finding import INVALID_ACCESSOR, by_accessor, lasting, named

_MOST_POLICIES = 1000


class QuestionBody(Body, frozen=True):
    """A request that might be made."""

    path: Annotated[str, Doc(description="The path of the request, without `/v1/`.")] = ""
    operation: Annotated[str, Doc(description=f"One of {', '.join(f'`{name}`' for name in OPERATIONS)}.")] = (
        Operation.READ.value
    )
    parameters: Annotated[Any, Doc(description="The parameters of the request.", extra=SECRET)] = None
    wrap_ttl: Annotated[Duration, Doc(description="How long the answer is to be wrapped.")] = Duration(0)


class ExplainBody(QuestionBody, frozen=True):
    """The same, and whose request it is."""

    token: Annotated[str, Doc(description="The token.", extra=SECRET)] = ""
    accessor: Annotated[str, Doc(description="The token's accessor.")] = ""
    entity_id: Annotated[str, Doc(description="The entity, by its id.")] = ""
    entity_name: Annotated[str, Doc(description="The entity, by its name.")] = ""
    policies: Annotated[
        CommaList | None, Doc(description="Names of policies: alone, or as those of a token of the entity.")
    ] = None


class ExplainPaths(SystemEngine):
    """`policies/explain` and `policies/explain-self`."""

    @path.write("policies/explain", computes=True)
    async def explain(self, request: Request, body: ExplainBody) -> Response | None:
        """Explains why a token, an entity or a list of policies is allowed or denied a request."""
        question = asked(body)
        record = await _subject(request, body)
        return Response(data=await explained(request, record, question, names_groups=await _knows(request, record)))

    @path.write("policies/explain-self", computes=True)
    async def explain_self(self, request: Request, body: QuestionBody) -> Response | None:
        """Explains why the request's own token is allowed or denied a request."""
        question, record = asked(body), presented(request).record
        knows = await _knows(request, record)
        return Response(data=await explained(request, record, question, own=True, names_groups=knows))

    @path.read("policies/denials/{request_id}")
    async def denial(self, request: Request, request_id: str) -> Response | None:
        """Explains why a request was denied lately in this namespace, and whether it still would be."""
        view = system(request)
        denial = view.services.denials.find(request_id)
        if denial is None and is_key(request_id):
            denial = await rows.find(view.txn, view.namespace.id, request_id, request.now)
        if denial is None or denial.namespace != view.namespace.id:
            return None
        if denial.accessor:
            home = await view.services.mounts.namespaces.by_id(view.txn, denial.token_namespace)
            space = home.path if home is not None else view.namespace.path
            data = {"accessor": denial.accessor}
            await asker.require(request, Operation.UPDATE, "auth/token/lookup-accessor", data, space)
        record = supposed(denial.policies, denial.entity_id, denial.token_namespace, request.now)
        question = Question(operation=denial.operation, path=denial.path)
        now = await explained(request, record, question, names_groups=await _knows(request, record))
        return Response(
            data={
                "request_id": denial.id,
                "time": timestamp(denial.at),
                "operation": denial.operation,
                "path": denial.path,
                "accessor": denial.accessor,
                "display_name": denial.display_name,
                "entity_id": denial.entity_id,
                "reasons": list(denial.reasons),
                "now": now,
            }
        )


def asked(body: QuestionBody) -> Question:
    """The question of a body.  Raises `InvalidRequest` if it is none."""
    if not body.path.strip("/ "):
        raise InvalidRequest("path must be supplied")
    if body.operation not in OPERATIONS:
        raise InvalidRequest(f"operation has to be one of {', '.join(OPERATIONS)}")
    if body.parameters is not None and not isinstance(body.parameters, dict):
        raise InvalidRequest("parameters has to be an object")
    if body.wrap_ttl < 0:
        raise InvalidRequest("wrap_ttl can't be negative")
    return Question(
        operation=body.operation,
        path=body.path,
        parameters=body.parameters or {},
        wrap_ttl_s=int(body.wrap_ttl),
    )


async def _knows(request: Request, record: TokenRecord) -> bool:
    """Whether the client may know in which groups the token's entity is."""
    where = f"identity/entity/id/{record.entity_id}"
    space = system(request).namespace.path
    return not record.entity_id or await asker.may(request, Operation.READ, where, {}, space)


async def _subject(request: Request, body: ExplainBody) -> TokenRecord:
    """Whose request it is.  What the client may not look up isn't looked up.

    Raises: `InvalidRequest` unless one is named; `PermissionDenied` if the client may not know of it.
    """
    view = system(request)
    space = view.namespace.path
    given = [name for name in ("token", "accessor", "entity_id", "entity_name") if getattr(body, name)]
    policies = normal_policies(body.policies or ())
    if len(policies) > _MOST_POLICIES:
        raise InvalidRequest(f"at most {_MOST_POLICIES} policies at a time")
    if len(given) > 1 or (not given and not policies):
        raise InvalidRequest("one of token, accessor, entity_id, entity_name and policies must be supplied")
    if (body.token or body.accessor) and policies:
        raise InvalidRequest("a token has its own policies: policies can't be supplied too")
    if body.token:
        await asker.require(request, Operation.UPDATE, "auth/token/lookup", {"token": body.token}, space)
        record = lasting(request, await named(request, body.token))
        if record is None:
            raise PermissionDenied("bad token")
        return record
    if body.accessor:
        data = {"accessor": body.accessor}
        await asker.require(request, Operation.UPDATE, "auth/token/lookup-accessor", data, space)
        record = lasting(request, await by_accessor(request, body.accessor))
        if record is None:
            raise InvalidRequest(INVALID_ACCESSOR)
        return record
    entity_id = await _entity(request, body) if given else ""
    return supposed(policies, entity_id, view.namespace.id, request.now)


async def _entity(request: Request, body: ExplainBody) -> str:
    """The id of the entity that is named.  Raises `PermissionDenied`, `InvalidRequest`."""
    view = system(request)
    by_id = bool(body.entity_id)
    where = f"identity/entity/{f'id/{body.entity_id}' if by_id else f'name/{body.entity_name}'}"
    await asker.require(request, Operation.READ, where, {}, view.namespace.path)
    identity, place = view.services.identity, view.namespace.id
    if by_id:
        entity = await identity.entity(view.txn, place, body.entity_id)
    else:
        entity = await identity.by_name(view.txn, place, body.entity_name)
    if entity is None:
        raise InvalidRequest("there is no such entity in this namespace")
    return entity.id
