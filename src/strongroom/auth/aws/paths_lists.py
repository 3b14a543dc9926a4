"""The instances that have logged in, the role tags that are denied, and when entries of both are cleared.

Each path has an older name, which is the same path.

Source: https://developer.hashicorp.com/vault/api-docs/auth/aws#deprecations-effective-in-vault-1-7
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar

import msgspec

from strongroom.auth.aws.paths_certificates import below
from strongroom.auth.aws.paths_roles import role_of
from strongroom.auth.aws.records import ACCESSED, DEFAULT_BUFFER_S, DENIED, TIDY, Accessed, DeniedTag, TidyConfig
from strongroom.auth.aws.role_tags import denied_key, is_made_with, split
from strongroom.auth.aws.tidying import Kind, plan, start
from strongroom.lib.errors import InvalidRequest, NotFound
from strongroom.sdk import Body, Doc, Duration, Page, Request, Response, path

_ACCEPTED = 202


class TidyFields(Body, frozen=True):
    """When entries are cleared."""

    safety_buffer: Annotated[Duration, Doc(description="How long entries stay once they have expired.")] = Duration(
        DEFAULT_BUFFER_S
    )


class TidyConfigFields(Body, frozen=True):
    """When entries are cleared by themselves; what isn't given stays."""

    safety_buffer: Annotated[Duration | None, Doc(description="How long entries stay once they have expired.")] = None
    disable_periodic_tidy: Annotated[bool | None, Doc(description="Don't clear them by themselves.")] = None


class ListPaths:
    """`identity-accesslist`, `roletag-denylist`, `tidy/<list>`, `config/tidy/<list>`"""

    synonyms: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "identity-accesslist/{instance_id}": ("identity-whitelist/{instance_id}",),
        "identity-whitelist/{instance_id}": ("identity-accesslist/{instance_id}",),
        "identity-accesslist": ("identity-whitelist",),
        "identity-whitelist": ("identity-accesslist",),
        "roletag-denylist/{role_tag*}": ("roletag-blacklist/{role_tag*}",),
        "roletag-blacklist/{role_tag*}": ("roletag-denylist/{role_tag*}",),
        "roletag-denylist": ("roletag-blacklist",),
        "roletag-blacklist": ("roletag-denylist",),
        "tidy/identity-accesslist": ("tidy/identity-whitelist",),
        "tidy/identity-whitelist": ("tidy/identity-accesslist",),
        "tidy/roletag-denylist": ("tidy/roletag-blacklist",),
        "tidy/roletag-blacklist": ("tidy/roletag-denylist",),
        "config/tidy/identity-accesslist": ("config/tidy/identity-whitelist",),
        "config/tidy/identity-whitelist": ("config/tidy/identity-accesslist",),
        "config/tidy/roletag-denylist": ("config/tidy/roletag-blacklist",),
        "config/tidy/roletag-blacklist": ("config/tidy/roletag-denylist",),
    }

    @path.list_("identity-accesslist")
    @path.list_("identity-whitelist")
    async def list_accessed(self, request: Request, body: Page) -> Response:
        """Lists the instances that have logged in."""
        return await below(request, ACCESSED, body)

    @path.read("identity-accesslist/{instance_id}")
    @path.read("identity-whitelist/{instance_id}")
    async def read_accessed(self, request: Request, instance_id: str) -> Response:
        """Reads when and how an instance has logged in."""
        found = await request.view.read(ACCESSED + instance_id, Accessed)
        if found is None:
            raise NotFound
        return Response(
            data={
                "role": found.role,
                "client_nonce": found.nonce,
                "pending_time": found.pending_time,
                "disallow_reauthentication": found.disallow_reauthentication,
                "creation_time": _time(found.created_at),
                "last_updated_time": _time(found.updated_at),
                "expiration_time": _time(found.expires_at),
            }
        )

    @path.delete("identity-accesslist/{instance_id}")
    @path.delete("identity-whitelist/{instance_id}")
    async def delete_accessed(self, request: Request, instance_id: str) -> None:
        """Forgets that an instance has logged in, so that it may log in as for the first time."""
        request.view.delete(ACCESSED + instance_id)

    @path.list_("roletag-denylist")
    @path.list_("roletag-blacklist")
    async def list_denied(self, request: Request, body: Page) -> Response:
        """Lists the role tags that are denied."""
        keys = await request.view.list(DENIED)
        found = [await request.view.read(DENIED + key, DeniedTag) for key in keys]
        values = sorted(each.tag_value for each in found if each is not None and each.tag_value > body.after)
        if not values:
            raise NotFound
        return Response(data={"keys": values[: body.limit] if body.limit > 0 else values})

    @path.read("roletag-denylist/{role_tag*}")
    @path.read("roletag-blacklist/{role_tag*}")
    async def read_denied(self, request: Request, role_tag: str) -> Response:
        """Reads since when a role tag is denied."""
        found = await request.view.read(DENIED + denied_key(_value(role_tag)), DeniedTag)
        if found is None:
            raise NotFound
        return Response(data={"creation_time": _time(found.created_at), "expiration_time": _time(found.expires_at)})

    @path.write("roletag-denylist/{role_tag*}")
    @path.write("roletag-blacklist/{role_tag*}")
    async def write_denied(self, request: Request, role_tag: str) -> None:
        """Denies a role tag: nobody can log in with it any more."""
        value = _value(role_tag)
        tag, text, digest = split(value)
        role = await role_of(request, tag.role)
        if role is None:
            raise InvalidRequest("role entry not found")
        if not is_made_with(text, digest, role.tag_key):
            raise InvalidRequest("the role tag wasn't made of this role")
        limits = (tag.max_ttl_s, role.token.max_ttl_s, request.mount.max_lease_ttl_s)
        longest = min(filter(None, limits), default=0)
        denied = DeniedTag(tag_value=value, created_at=request.now, expires_at=request.now + longest)
        request.view.write(DENIED + denied_key(value), denied)
        await plan(request, Kind.DENIED)

    @path.delete("roletag-denylist/{role_tag*}")
    @path.delete("roletag-blacklist/{role_tag*}")
    async def delete_denied(self, request: Request, role_tag: str) -> None:
        """Lets instances log in with a role tag again."""
        request.view.delete(DENIED + denied_key(_value(role_tag)))

    @path.write("tidy/identity-accesslist")
    @path.write("tidy/identity-whitelist")
    async def tidy_accessed(self, request: Request, body: TidyFields) -> Response:
        """Clears instances whose logins have expired."""
        return await _started(request, Kind.ACCESSED, body)

    @path.write("tidy/roletag-denylist")
    @path.write("tidy/roletag-blacklist")
    async def tidy_denied(self, request: Request, body: TidyFields) -> Response:
        """Clears denied role tags that have expired."""
        return await _started(request, Kind.DENIED, body)

    async def tidy_accessed_exists(self, request: Request) -> bool:
        """Whether it is configured when instances are cleared."""
        return await request.view.read(TIDY + Kind.ACCESSED, TidyConfig) is not None

    async def tidy_denied_exists(self, request: Request) -> bool:
        """Whether it is configured when role tags are cleared."""
        return await request.view.read(TIDY + Kind.DENIED, TidyConfig) is not None

    @path.read("config/tidy/identity-accesslist")
    @path.read("config/tidy/identity-whitelist")
    async def read_tidy_accessed(self, request: Request) -> Response:
        """Reads when instances are cleared by themselves."""
        return await _read(request, Kind.ACCESSED)

    @path.write("config/tidy/identity-accesslist", exists="tidy_accessed_exists")
    @path.write("config/tidy/identity-whitelist", exists="tidy_accessed_exists")
    async def write_tidy_accessed(self, request: Request, body: TidyConfigFields) -> None:
        """Changes when instances are cleared by themselves."""
        await _write(request, Kind.ACCESSED, body)

    @path.delete("config/tidy/identity-accesslist")
    @path.delete("config/tidy/identity-whitelist")
    async def delete_tidy_accessed(self, request: Request) -> None:
        """Clears instances at the usual times again."""
        request.view.delete(TIDY + Kind.ACCESSED)

    @path.read("config/tidy/roletag-denylist")
    @path.read("config/tidy/roletag-blacklist")
    async def read_tidy_denied(self, request: Request) -> Response:
        """Reads when role tags are cleared by themselves."""
        return await _read(request, Kind.DENIED)

    @path.write("config/tidy/roletag-denylist", exists="tidy_denied_exists")
    @path.write("config/tidy/roletag-blacklist", exists="tidy_denied_exists")
    async def write_tidy_denied(self, request: Request, body: TidyConfigFields) -> None:
        """Changes when role tags are cleared by themselves."""
        await _write(request, Kind.DENIED, body)

    @path.delete("config/tidy/roletag-denylist")
    @path.delete("config/tidy/roletag-blacklist")
    async def delete_tidy_denied(self, request: Request) -> None:
        """Clears role tags at the usual times again."""
        request.view.delete(TIDY + Kind.DENIED)


async def _started(request: Request, kind: Kind, body: TidyFields) -> Response:
    await start(request, kind, body.safety_buffer)
    return Response(status=_ACCEPTED, warnings=[f"Tidy operation of {kind} successfully started."])


async def _read(request: Request, kind: Kind) -> Response:
    found = await request.view.read(TIDY + kind, TidyConfig)
    if found is None:
        raise NotFound
    return Response(data={"safety_buffer": found.safety_buffer_s, "disable_periodic_tidy": found.disabled})


async def _write(request: Request, kind: Kind, body: TidyConfigFields) -> None:
    found = await request.view.read(TIDY + kind, TidyConfig) or TidyConfig()
    given: dict[str, Any] = {}
    if body.safety_buffer is not None:
        given["safety_buffer_s"] = body.safety_buffer
    if body.disable_periodic_tidy is not None:
        given["disabled"] = body.disable_periodic_tidy
    request.view.write(TIDY + kind, msgspec.structs.replace(found, **given))


def _value(text: str) -> str:
    """A role tag as it is, or as its base64."""
    if text.startswith("v1:"):
        return text
    try:
        return base64.b64decode(text, validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise InvalidRequest("it is neither a role tag nor the base64 of one") from error


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")
