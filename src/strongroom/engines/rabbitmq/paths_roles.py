"""`roles`: what users may do.

Source: https://developer.hashicorp.com/vault/api-docs/secret/rabbitmq#create-role
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from strongroom.engines.rabbitmq.permissions import topics_of, vhosts_of
from strongroom.engines.rabbitmq.records import ROLES, Role
from strongroom.lib import limits
from strongroom.lib.errors import InvalidRequest, NotFound
from strongroom.sdk import Body, Doc, Normal, Page, Request, Response, check_segment_name, listed, path


def _plain(value: Any) -> Any:
    return msgspec.to_builtins(value)


class RoleFields(Body, frozen=True):
    """What users of a role may do.  A write replaces all of it."""

    tags: Annotated[str, Doc(description="Tags of the management plugin, with commas: `management,policymaker`.")] = ""
    vhosts: Annotated[
        Any,
        Doc(
            description='Permissions by virtual host: an object, or JSON in a text: `{"/": {"configure": "", '
            '"write": ".*", "read": ".*"}}`.'
        ),
        Normal(lambda value: _plain(vhosts_of(value))),
    ] = None
    vhost_topics: Annotated[
        Any,
        Doc(
            description='Permissions on topics by virtual host and exchange: `{"/": {"amq.topic": {"write": "", '
            '"read": "^a"}}}`. Without any, all topics of an exchange that the user may use are allowed.'
        ),
        Normal(lambda value: _plain(topics_of(value))),
    ] = None


class RolePaths:
    """`roles` and below."""

    @path.list_("roles")
    async def list_roles(self, request: Request, body: Page) -> Response:
        """Lists the names of all roles."""
        return listed(await request.view.list(ROLES, after=body.after, limit=body.most))

    @path.read("roles/{name}")
    async def read_role(self, request: Request, name: str) -> Response:
        """Reads a role."""
        check_segment_name(name)
        role = await request.view.read(ROLES + name, Role)
        if role is None:
            raise NotFound
        return Response(
            data={"tags": role.tags, "vhosts": _shown(role.vhosts), "vhost_topics": _shown_topics(role)},
        )

    @path.write("roles/{name}")
    async def write_role(self, request: Request, name: str, body: RoleFields) -> None:
        """Creates a role, or replaces it."""
        check_segment_name(name)
        vhosts, topics = vhosts_of(body.vhosts), topics_of(body.vhost_topics)
        if not body.tags and vhosts is None:
            raise InvalidRequest("both tags and vhosts not specified")
        limits.check_names("tags", body.tags.split(","))
        if not body.tags.isprintable():
            raise InvalidRequest("tags must be printable")
        request.view.write(ROLES + name, Role(tags=body.tags, vhosts=vhosts or {}, vhost_topics=topics or {}))

    @path.delete("roles/{name}")
    async def delete_role(self, request: Request, name: str) -> None:
        """Deletes a role. Its users stay until their leases end."""
        check_segment_name(name)
        request.view.delete(ROLES + name)


def _shown(vhosts: Any) -> dict[str, dict[str, str]]:
    return {
        name: {"configure": each.configure, "write": each.write, "read": each.read} for name, each in vhosts.items()
    }


def _shown_topics(role: Role) -> dict[str, dict[str, dict[str, str]]]:
    return {
        vhost: {name: {"write": each.write, "read": each.read} for name, each in exchanges.items()}
        for vhost, exchanges in role.vhost_topics.items()
    }
