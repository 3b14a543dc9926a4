"""`sys/policies/acl` and its older form `sys/policy`: what tokens may do."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Any

import msgspec

from strongroom.audit.entry import timestamp
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import path
from strongroom.sdk.fields import Body, Doc, Duration, Normal, OldNameOf
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.services.policy.parse import parse_policy
from strongroom.services.policy.records import PolicyRecord
from strongroom.services.policy.service import ROOT
from strongroom.sysapi.context import SystemEngine, system
from strongroom.sysapi.system import linting
from strongroom.sysapi.system.policy_text import decoded

_SECONDS = re.compile(r"[+-]?[0-9]{1,11}")
_RFC_3339 = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})")
_NONE = -1
"""The value of `cas` that demands that there is no policy yet; 0 means the same."""
_OLD_FIELD = "'rules' is deprecated, please use 'policy' instead"


class PolicyBody(Body, frozen=True):
    """A policy's text and settings; None for those that the request doesn't name."""

    policy: Annotated[str | None, Doc(description="The rules in HCL or JSON, also in base64."), Normal(decoded)] = None
    cas: Annotated[
        int | None,
        Doc(description="Write only if this is the current version. 0 writes only if the policy doesn't exist."),
    ] = None
    cas_required: Annotated[bool | None, Doc(description="Whether every later write has to set `cas`.")] = None
    ttl: Annotated[Duration | None, Doc(description="How long the policy is in force.")] = None
    expiration: Annotated[
        str | None, Doc(description="When the policy expires: an RFC 3339 time or seconds since the epoch.")
    ] = None
    allow_wildcards_in_identity_templates: Annotated[
        bool | None, Doc(description="Whether values that fill a template may contain `*` or `+`.")
    ] = None
    allow_slashes_in_identity_templates: Annotated[
        bool | None, Doc(description="Whether values that fill a template may contain `/`.")
    ] = None


class LintBody(Body, frozen=True):
    """A policy's text."""

    policy: Annotated[str | None, Doc(description="The rules in HCL or JSON, also in base64."), Normal(decoded)] = None


class OldPolicyBody(PolicyBody, frozen=True):
    """The same, with the text's older name."""

    rules: Annotated[str | None, Doc(description="Old name of `policy`."), Normal(decoded), OldNameOf("policy")] = None


def shown(record: PolicyRecord, text_field: str = "policy") -> dict[str, Any]:
    """A policy as the API shows it."""
    data: dict[str, Any] = {
        "allow_slashes_in_identity_templates": record.allow_slashes,
        "allow_wildcards_in_identity_templates": record.allow_wildcards,
        "cas_required": record.cas_required,
        "name": record.name,
        text_field: record.text,
        "version": record.version,
    }
    if record.modified_at:
        data["modified"] = timestamp(record.modified_at)
    if record.expires_at:
        data["expiration"] = timestamp(record.expires_at)
    return data


class PolicyPaths(SystemEngine):
    """ACL policies."""

    @path.list_("policies/acl", repeatable=True)
    async def list_policies(self, request: Request) -> Response | None:
        """Lists the names of all policies."""
        return Response(data={"keys": await _names(request)})

    @path.list_("policies/acl/{folder*:lower}", repeatable=True)
    async def list_folder(self, request: Request, folder: str) -> Response | None:
        """Lists the full names of the policies below a folder."""
        keys = _below(folder, await _names(request))
        return Response(data={"keys": keys}) if keys else None

    @path.read("policies/acl/{name*:lower}", repeatable=True)
    async def read_policy(self, request: Request, name: str) -> Response | None:
        """Reads a policy."""
        record = await _read(request, name)
        return Response(data=shown(record)) if record is not None else None

    @path.write("policies/acl/{name*:lower}", event="policy/write")
    async def write_policy(self, request: Request, name: str, body: PolicyBody) -> Response | None:
        """Creates or replaces a policy. It takes effect with the next request of every token that has it."""
        warnings = await _write(request, name, body)
        return Response(warnings=warnings) if warnings else None

    @path.patch("policies/acl/{name*:lower}", event="policy/write")
    async def patch_policy(self, request: Request, name: str, body: PolicyBody) -> Response | None:
        """Changes some fields of a policy. Fields that aren't given stay."""
        record = await _read(request, name)
        if record is None:
            raise InvalidRequest("policy not found")
        if body.policy is None:
            body = msgspec.structs.replace(body, policy=record.text)
        return Response(warnings=await _write(request, name, body, keep=record))

    @path.delete("policies/acl/{name*:lower}", event="policy/delete")
    async def delete_policy(self, request: Request, name: str) -> Response | None:
        """Deletes a policy. Tokens that have it lose what it allowed."""
        view = system(request)
        if not name.endswith("/"):  # nothing can have such a name, so there is nothing to remove
            view.services.policies.delete(view.txn, view.namespace.id, name)
        return None

    @path.write("policies/lint", computes=True)
    async def lint_policy(self, request: Request, body: LintBody) -> Response | None:
        """Tells what writing a policy would warn of. Nothing is written."""
        if not body.policy:
            raise InvalidRequest("'policy' parameter not supplied or empty")
        rules = parse_policy(decoded(body.policy)).rules
        return Response(data={"warnings": await linting.warnings(system(request), rules, request.now)})

    @path.list_("policies/detailed/acl", repeatable=True)
    async def list_detailed(self, request: Request) -> Response | None:
        """Lists all policies with their text."""
        return await _detailed(request, await _names(request))

    @path.list_("policies/detailed/acl/{folder*:lower}", repeatable=True)
    async def list_detailed_folder(self, request: Request, folder: str) -> Response | None:
        """Lists the policies below a folder with their text."""
        names = _below(folder, await _names(request))
        return await _detailed(request, names) if names else None

    @path.read("policy", repeatable=True)
    async def old_list(self, request: Request) -> Response | None:
        """Lists the names of all policies."""
        names = await _names(request)
        return Response(data={"keys": names, "policies": names}, repeat=True)

    @path.list_("policy", repeatable=True)
    async def old_listing(self, request: Request) -> Response | None:
        """Lists the names of all policies."""
        return await self.old_list(request)

    @path.read("policy/{name*:lower}", repeatable=True)
    async def old_read(self, request: Request, name: str) -> Response | None:
        """Reads a policy. Its text is in `rules`."""
        record = await _read(request, name)
        return Response(data=shown(record, "rules"), repeat=True) if record is not None else None

    @path.write("policy/{name*:lower}", event="policy/write")
    async def old_write(self, request: Request, name: str, body: OldPolicyBody) -> Response | None:
        """Creates or replaces a policy."""
        if body.policy or not body.rules:
            return await self.write_policy(request, name, body)
        warnings = await _write(request, name, msgspec.structs.replace(body, policy=body.rules))
        return Response(warnings=[_OLD_FIELD, *warnings])

    @path.delete("policy/{name*:lower}", event="policy/delete")
    async def old_delete(self, request: Request, name: str) -> Response | None:
        """Deletes a policy."""
        return await self.delete_policy(request, name)


async def _names(request: Request) -> list[str]:
    """All names.  In the root namespace `root` comes last: it is no stored policy."""
    view = system(request)
    names = await view.services.policies.names(view.txn, view.namespace.id)
    return sorted(names, key=lambda name: name == ROOT)


def _below(folder: str, names: list[str]) -> list[str]:
    return [name for name in names if name.startswith(folder.strip("/") + "/")]


async def _detailed(request: Request, names: list[str]) -> Response:
    found = {name: await _read(request, name) for name in names}
    return Response(data={"keys": names, "key_info": {n: shown(r) for n, r in found.items() if r is not None}})


async def _read(request: Request, name: str) -> PolicyRecord | None:
    view = system(request)
    return await view.services.policies.read(view.txn, view.namespace.id, name)


async def _write(request: Request, name: str, body: PolicyBody, keep: PolicyRecord | None = None) -> list[str]:
    """Store a policy.

    Args:
        keep: the record whose settings stay if the body doesn't name them.

    Returns: warnings about rules that no request can match or satisfy as things are.
    """
    view = system(request)
    policies = view.services.policies
    policies.check_name(name)
    if not body.policy:
        raise InvalidRequest("'policy' parameter not supplied or empty")
    before = await policies.read(view.txn, view.namespace.id, name)
    _check_cas(before, body)
    base = keep or PolicyRecord(name=name, text="")
    record = msgspec.structs.replace(
        base,
        text=decoded(body.policy),
        version=(before.version if before is not None else 0) + 1,
        modified_at=request.now,
        expires_at=_expiry(request, body, base.expires_at),
        cas_required=base.cas_required if body.cas_required is None else body.cas_required,
        allow_wildcards=_chosen(body.allow_wildcards_in_identity_templates, base.allow_wildcards),
        allow_slashes=_chosen(body.allow_slashes_in_identity_templates, base.allow_slashes),
    )
    policies.write(view.txn, view.namespace.id, record)
    return await linting.warnings(view, parse_policy(record.text).rules, request.now)


def _chosen(given: bool | None, otherwise: bool) -> bool:
    return otherwise if given is None else given


def _check_cas(before: PolicyRecord | None, body: PolicyBody) -> None:
    if body.cas is None:
        if body.cas_required or (before is not None and before.cas_required):
            raise InvalidRequest("check-and-set parameter required for this call")
        return
    if before is not None and body.cas == _NONE:
        raise InvalidRequest("check-and-set parameter set to -1 on existing entry")
    present = before.version if before is not None else 0
    if body.cas != present and not (before is None and body.cas == _NONE):
        raise InvalidRequest(f"check-and-set parameter {body.cas} did not match the current version {present}")


def _expiry(request: Request, body: PolicyBody, otherwise: float) -> float:
    # Null means "not given".  An empty text or a zero is a time, but an invalid one.
    given, now = request.data, request.now
    if body.expiration is not None and given.get("expiration") is not None:
        at = _moment(body.expiration)
    elif body.ttl is not None and given.get("ttl") is not None:
        at = now + body.ttl
    else:
        return otherwise
    if at <= now:
        raise InvalidRequest("refusing to update policy as expiration time has already elapsed")
    return at


def _moment(text: str) -> float:
    if _SECONDS.fullmatch(text):
        return float(text)
    try:
        if not _RFC_3339.fullmatch(text):
            raise ValueError(text)
        return datetime.fromisoformat(text).timestamp()
    except ValueError as error:
        raise InvalidRequest(
            'Field validation failed: error converting input for field "expiration": could not parse string as date '
            "and time"
        ) from error
