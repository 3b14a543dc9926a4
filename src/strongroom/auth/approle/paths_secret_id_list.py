"""Accessors of a role's secret ids, all or some.

Source: https://developer.hashicorp.com/vault/api-docs/auth/approle#list-secret-id-accessors
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from strongroom.auth.approle import roles, secret_ids
from strongroom.auth.approle.records import Role, SecretId
from strongroom.sdk import Body, Doc, Duration, InvalidRequest, NotFound, Request, Response, path
from strongroom.sdk.fields import fields_of

METADATA = "metadata."
EXAMINED = 5000
"""Secret ids that one request reads; each takes two reads."""


class Wanted(Body, frozen=True):
    """Which accessors are wanted.  `metadata.<name>` wants those with this text in their metadata."""

    after: Annotated[str, Doc(description="Return only accessors after this one.")] = ""
    limit: Annotated[int, Doc(description="The largest number of accessors to return. 0 or less returns all.")] = 0
    unused_for: Annotated[
        Duration, Doc(description="Return only those of secret ids that nobody has logged in by for this time.")
    ] = Duration(0)


@dataclass(frozen=True, slots=True)
class Filter:
    """Which secret ids of a listing are wanted.

    Args:
        metadata: names and texts that a secret id must have.
        used_before: nobody has logged in by it since then; in seconds since the epoch, 0 for whenever.
    """

    metadata: Mapping[str, str]
    used_before: float

    def takes(self, secret: SecretId) -> bool:
        """Whether a secret id is wanted.  One that was never used has been unused since it was made."""
        if any(secret.metadata.get(name) != text for name, text in self.metadata.items()):
            return False
        return not self.used_before or (secret.used_at or secret.created_at) <= self.used_before


class SecretIdListPaths:
    """`role/<name>/secret-id`"""

    @path.list_("role/{role_name:lower}/secret-id", takes_anything=True)
    async def list_secret_ids(self, request: Request, role_name: str, body: Wanted) -> Response:
        """Lists the accessors of a role's secret ids.

        `metadata.<name>=<text>` lists those with this text in their metadata, `unused_for=<time>` those that nobody has
        used for a time.
        """
        role = await roles.by_name(request, role_name)
        if role is None:
            raise InvalidRequest(f'role "{role_name}" does not exist')
        limit = body.limit if body.limit > 0 else None
        metadata = {
            name.removeprefix(METADATA): str(value) for name, value in request.data.items() if name.startswith(METADATA)
        }
        wanted = Filter(metadata, request.now - body.unused_for if body.unused_for else 0.0)
        warnings = _ignored(request.data)
        if metadata or body.unused_for:
            names, cut = await _some(request, role, wanted, body.after, limit)
            warnings += cut
        else:
            names = await request.view.list(f"{secret_ids.ACCESSORS}{role.id}/", after=body.after, limit=limit)
        if not names and not warnings:
            raise NotFound
        return Response(data={"keys": names}, warnings=warnings)


def _ignored(query: Mapping[str, Any]) -> list[str]:
    """A warning about what is neither declared nor a filter: a filter that was misspelt would list everything."""
    known = {field.name for field in fields_of(Wanted)} | {"role_name"}
    ignored = sorted(name for name in query if name not in known and not name.startswith(METADATA))
    return [f"Endpoint ignored these unrecognized parameters: [{' '.join(ignored)}]"] if ignored else []


async def _some(
    request: Request, role: Role, wanted: Filter, after: str, limit: int | None
) -> tuple[list[str], list[str]]:
    """The accessors that fit, and a warning if there may be more of them than one request can read."""
    accessors = await request.view.list(f"{secret_ids.ACCESSORS}{role.id}/", after=after, limit=EXAMINED + 1)
    out: list[str] = []
    for accessor in accessors[:EXAMINED]:
        found = await secret_ids.by_accessor(request, role, accessor)
        if found is not None and wanted.takes(found[1]):
            out.append(accessor)
            if len(out) == limit:
                return out, []
    if len(accessors) <= EXAMINED:
        return out, []
    last = accessors[EXAMINED - 1]
    return out, [f"only {EXAMINED} secret IDs were examined; list those after {last} for the others"]
