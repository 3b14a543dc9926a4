"""`config/connection`: the broker, and this server's user there.

Source: https://developer.hashicorp.com/vault/api-docs/secret/rabbitmq#configure-connection
"""

from __future__ import annotations

from functools import partial
from typing import Annotated

import msgspec

from strongroom.crypto.mac import sha256
from strongroom.engines.rabbitmq import names
from strongroom.engines.rabbitmq.management import Management
from strongroom.engines.rabbitmq.records import CONNECTION, FORMER, Connection, former_key
from strongroom.lib import limits
from strongroom.lib.errors import InvalidRequest, NotFound
from strongroom.lib.outgoing import check_ca, check_url
from strongroom.sdk import SECRET, Body, Doc, Request, Response, path

MOST_FORMER = 16
_URI_BYTES = 2048
_SECRET_BYTES = 4096


class ConnectionFields(Body, frozen=True):
    """How the broker is reached.  A write replaces all of it."""

    connection_uri: Annotated[
        str, Doc(description="The management API: a URL without `/api`, such as `https://mq.example.com:15671`.")
    ] = ""
    username: Annotated[str, Doc(description="A user of the broker with the tag `administrator`.")] = ""
    password: Annotated[str, Doc(description="The password of that user (`username`).", extra=SECRET)] = ""
    ca_cert: Annotated[
        str, Doc(description="The certificate authorities of the management API, in PEM. Default: those of the system.")
    ] = ""
    verify_connection: Annotated[bool, Doc(description="Whether the broker is asked before this is stored.")] = True
    password_policy: Annotated[str, Doc(description="The password policy by which passwords are generated.")] = ""
    username_template: Annotated[str, Doc(description="The template by which names of users are made.")] = ""


class ConnectionPaths:
    """`config/connection`"""

    management: Management

    @path.read("config/connection")
    async def read_connection(self, request: Request) -> Response:
        """Reads how the broker is reached, without the password."""
        connection = await request.view.read(CONNECTION, Connection)
        if connection is None:
            raise NotFound
        data = {
            "connection_uri": connection.uri,
            "username": connection.username,
            "ca_cert": connection.ca_cert,
            "password_policy": connection.password_policy,
            "username_template": connection.username_template,
            "password_rotation_pending": bool(connection.next_password),
        }
        if connection.rotated_at:
            data["last_password_rotation"] = int(connection.rotated_at)
        return Response(data=data)

    @path.write("config/connection")
    async def write_connection(self, request: Request, body: ConnectionFields) -> Response | None:
        """Configures the broker. Users are revoked where they were made, also when this changes."""
        connection = _checked(body)
        told = names.check_template(connection.username_template)
        try:
            await request.view.password_policy(connection.password_policy)
        except InvalidRequest as error:
            told.append(f"no credentials can be made until that is changed: {error.text}")
        if body.verify_connection:
            name = f"rabbitmq: check {sha256(msgspec.msgpack.encode(connection)).hex()}"
            request.once.outside(name, partial(self.management.check, connection))
        former = await _former_passwords(request, connection)
        used = await _keep_former(request, connection.uri)
        connection = msgspec.structs.replace(connection, used=used, former_passwords=former)
        request.view.write(CONNECTION, connection)
        return Response(warnings=told) if told else None


async def _former_passwords(request: Request, connection: Connection) -> tuple[str, ...]:
    """What the user may have besides what is given, which may be wrong: passwords that only this server has."""
    before = await request.view.read(CONNECTION, Connection)
    if before is None or (before.uri, before.username) != (connection.uri, connection.username):
        return ()
    return before.former_with(before.password if before.rotated_at else "", before.next_password)


async def _keep_former(request: Request, uri: str) -> bool:
    """Keep the connection by which users have been made, for their revocation.

    Returns: whether users have been made at `uri`.

    Raises: `InvalidRequest` if the mount has had too many brokers.
    """
    before = await request.view.read(CONNECTION, Connection)
    if before is not None and before.uri == uri:
        return before.used
    if before is not None and before.used:
        if len(await request.view.list(FORMER)) >= MOST_FORMER:
            text = f"this mount has had {MOST_FORMER} brokers, which is the most: mount the engine once more"
            raise InvalidRequest(text)
        request.view.write(former_key(before.uri), before)
    used = await request.view.read(former_key(uri), Connection) is not None
    request.view.delete(former_key(uri))
    return used


def _checked(body: ConnectionFields) -> Connection:
    for field, value in (
        ("connection_uri", body.connection_uri),
        ("username", body.username),
        ("password", body.password),
    ):
        if not value:
            raise InvalidRequest(f"missing {field}")
    limits.check_name("connection_uri", body.connection_uri, _URI_BYTES)
    limits.check_name("username", body.username)
    limits.check_name("password", body.password, _SECRET_BYTES)
    limits.check_name("password_policy", body.password_policy)
    if ":" in body.username:
        raise InvalidRequest("username must not hold a colon, which HTTP can't send")
    names.check_segment("username", body.username)
    check_url(body.connection_uri, "connection_uri")
    if "?" in body.connection_uri or "#" in body.connection_uri:
        raise InvalidRequest("connection_uri must not hold a query")
    check_ca(body.ca_cert, "ca_cert")
    return Connection(
        uri=body.connection_uri.rstrip("/"),
        username=body.username,
        password=body.password,
        ca_cert=body.ca_cert,
        password_policy=body.password_policy,
        username_template=body.username_template,
    )
