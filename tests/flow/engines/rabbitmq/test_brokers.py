"""Several brokers behind one mount, and brokers that answer nonsense."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from strongroom.engines.rabbitmq import RabbitMq
from strongroom.testing import PluginServer
from tests.flow.node import TestNode
from tests.sim.issuer import Issuer
from tests.sim.tls_server import Asked, Reply, TlsServer, as_json, serving

PASSWORD = "canary-owner-password"


@dataclass
class Broker:
    """The users of a broker, by the part of the management API that the engine asks."""

    users: dict[str, dict[str, Any]] = field(default_factory=dict)
    override: Reply | None = None

    def __call__(self, asked: Asked) -> Reply:
        """Answer one request."""
        if self.override is not None:
            return self.override
        _, _, what, *names = map(unquote, asked.path.split("/"))
        if what == "whoami":
            return as_json({"name": "owner", "tags": ["administrator"]})
        if what == "users" and asked.verb == "PUT":
            self.users[names[0]] = json.loads(asked.body)
            return Reply(b"", 201)
        if what == "users":
            found = self.users.get(names[0])
            if found is None:
                return as_json({"error": "Object Not Found", "reason": "Not Found"}, 404)
            if asked.verb == "DELETE":
                del self.users[names[0]]
                return Reply(b"", 204)
            return as_json(found)
        return Reply(b"", 204)


@contextlib.contextmanager
def broker(directory: Path, name: str) -> Iterator[tuple[Broker, TlsServer]]:
    """A broker of its own."""
    (directory / name).mkdir()
    found = Broker()
    with serving(directory / name, found) as server:
        yield found, server


async def configure(server: PluginServer, at: TlsServer, **settings: Any) -> Any:
    """Write the connection."""
    given = {
        "connection_uri": f"https://{at.host}/",
        "ca_cert": at.certificate.read_text(),
        "username": "owner",
        "password": PASSWORD,
        **settings,
    }
    return await server.ask("POST", "rabbitmq/config/connection", given)


async def mounted(at: TlsServer) -> PluginServer:
    """A server with the role `app`."""
    server = await PluginServer.start(RabbitMq)
    assert (await configure(server, at)).status == 204
    await server.ok("POST", "rabbitmq/roles/app", {"vhosts": {"/": {"read": ".*"}}})
    return server


async def test_users_are_deleted_where_they_were_made(tmp_path: Path) -> None:
    """The mount goes on with another broker, back and forth; a user of the same name at the other one is left alone."""
    with broker(tmp_path, "one") as (first, one), broker(tmp_path, "two") as (second, two):
        server = await mounted(one)
        made = await server.ok("GET", "rabbitmq/creds/app")
        name = made.data["username"]
        assert (await configure(server, two)).status == 204
        second.users[name] = {"password_hash": "of somebody else"}
        await server.ok("POST", "sys/leases/revoke", {"lease_id": made.lease_id, "sync": True})
        assert (first.users, list(second.users)) == ({}, [name])
        other = await server.ok("GET", "rabbitmq/creds/app")
        assert (await configure(server, one)).status == 204
        await server.ok("POST", "sys/leases/revoke", {"lease_id": other.lease_id, "sync": True})
        assert list(second.users) == [name]


async def test_a_broker_by_another_address_is_the_same(tmp_path: Path) -> None:
    """Its former address doesn't answer any more, and the user is found at the present one by its password."""
    with broker(tmp_path, "one") as (first, one):
        server = await mounted(one)
        made = await server.ok("GET", "rabbitmq/creds/app")
    with broker(tmp_path, "two") as (second, two):
        second.users = first.users
        assert (await configure(server, two)).status == 204
        await server.ok("POST", "sys/leases/revoke", {"lease_id": made.lease_id, "sync": True})
        assert second.users == {}


async def test_a_user_that_may_still_be_somewhere_keeps_its_lease(tmp_path: Path) -> None:
    """Its broker doesn't answer, and the present one doesn't have it."""
    with broker(tmp_path, "one") as (_, one):
        server = await mounted(one)
        made = await server.ok("GET", "rabbitmq/creds/app")
    with broker(tmp_path, "two") as (_, two):
        assert (await configure(server, two)).status == 204
        answer = await server.ask("POST", "sys/leases/revoke", {"lease_id": made.lease_id, "sync": True})
        assert (answer.status, answer.error) == (502, "RabbitMQ cannot be reached")
        await server.ok("POST", "sys/leases/lookup", {"lease_id": made.lease_id})


async def test_a_mount_has_not_had_any_number_of_brokers(tmp_path: Path) -> None:
    """Only those at which users were made count."""
    with broker(tmp_path, "one") as (_, one):
        server = await mounted(one)
        for number in range(20):
            uri = f"https://{one.host}/unused/{number}"
            assert (await configure(server, one, connection_uri=uri, verify_connection=False)).status == 204
        for number in range(17):
            uri = f"https://{one.host}/{number}"
            assert (await configure(server, one, connection_uri=uri, verify_connection=False)).status == 204
            assert (await server.ask("GET", "rabbitmq/creds/app")).status == 502  # it is planned, so it counts
        answer = await configure(server, one, verify_connection=False)
        assert (answer.status, "has had 16 brokers" in answer.error) == (400, True)


async def test_answers_that_are_none(tmp_path: Path) -> None:
    """An error without the password, and nothing is lost."""
    with broker(tmp_path, "one") as (found, one):
        server = await mounted(one)
        for status in (200, 201, 302, 400, 401, 403, 500):
            for content in (b"", b"[]", b'{"tags": 1}', b"\xff", b'{"reason": "canary-owner-password"}'):
                found.override = Reply(content, status)
                for verb, path in (("GET", "rabbitmq/creds/app"), ("POST", "rabbitmq/config/rotate-root")):
                    answer = await server.ask(verb, path)
                    assert answer.status == 502
                    assert PASSWORD not in answer.error
                assert (await configure(server, one)).status == 502
        found.override = None
        await server.ok("GET", "rabbitmq/creds/app")


async def test_the_audit_log_has_no_password(tmp_path: Path) -> None:
    """Neither of the mount's own user nor of a new one."""
    with broker(tmp_path, "one") as (_, one):
        node = await (await TestNode.start()).audited()
        await node.ok("POST", "sys/mounts/rabbitmq", {"type": "rabbitmq"})
        given = {"connection_uri": f"https://{one.host}", "username": "owner", "password": PASSWORD}
        await node.ok("POST", "rabbitmq/config/connection", {**given, "ca_cert": one.certificate.read_text()})
        await node.ok("POST", "rabbitmq/roles/app", {"tags": "management"})
        made = await node.ok("GET", "rabbitmq/creds/app")
        logged = b"".join(node.recorder.lines).decode()
        assert "rabbitmq/creds/app" in logged
        assert PASSWORD not in logged
        assert made.data["password"] not in logged


@pytest.mark.parametrize(
    ("field_", "value"),
    [
        ("connection_uri", "ftp://mq.example.com"),
        ("connection_uri", "https://me:secret@mq.example.com"),
        ("connection_uri", "https://mq.example.com/?a=b"),
        ("connection_uri", "https://mq.example.com/" + "x" * 2048),
        ("username", "a:b"),
        ("username", "x" * 513),
        ("password", "x" * 4097),
        ("ca_cert", "no certificate"),
    ],
)
async def test_settings_that_are_none(tmp_path: Path, field_: str, value: str) -> None:
    """Each is told by its name, and the connection stays."""
    with broker(tmp_path, "one") as (_, one):
        server = await mounted(one)
        answer = await configure(server, one, **{field_: value})
        assert (answer.status, field_ in answer.error, "secret@" in answer.error) == (400, True, False)
        shown = (await server.ok("GET", "rabbitmq/config/connection")).data
        assert shown["connection_uri"] == f"https://{one.host}"
        assert PASSWORD not in str(shown)


async def test_a_mount_that_trusts_nobody_does_not_shut_the_broker_for_others(tmp_path: Path) -> None:
    """Its failures are its own: others that have the right authorities go on."""
    with broker(tmp_path, "one") as (_, one):
        server = await mounted(one)
        await server.ok("POST", "sys/mounts/other", {"type": "rabbitmq"})
        wrong = {"connection_uri": f"https://{one.host}", "ca_cert": Issuer("other").certificate_pem}
        given = {**wrong, "username": "owner", "password": PASSWORD, "verify_connection": False}
        await server.ok("POST", "other/config/connection", given)
        await server.ok("POST", "other/roles/app", {"tags": "management"})
        for _ in range(5):
            assert (await server.ask("GET", "other/creds/app")).status == 502
        await server.ok("GET", "rabbitmq/creds/app")


async def test_no_name_leads_to_another_place_of_the_api(tmp_path: Path) -> None:
    """`..` in the place of a virtual host or a user: HTTP clients shorten the path."""
    with broker(tmp_path, "one") as (_, one):
        server = await mounted(one)
        for name in (".", ".."):
            for field, value in (("vhosts", {name: {}}), ("vhost_topics", {name: {"e": {}}})):
                refused = await server.ask("POST", "rabbitmq/roles/app", {"tags": "t", field: value})
                assert (refused.status, f'a virtual host must not be "{name}"' in refused.error) == (400, True)
            refused = await configure(server, one, username=name)
            assert (refused.status, "username must not be" in refused.error) == (400, True)
            assert (await configure(server, one, username_template=name)).status == 200
            refused = await server.ask("GET", "rabbitmq/creds/app")
            assert (refused.status, "the name of a user must not be" in refused.error) == (400, True)
        await server.ok("POST", "rabbitmq/roles/app", {"vhosts": {"a/../b?c#d%2f": {}, "...": {}}})
        assert (await configure(server, one)).status == 204
        one.asked.clear()
        name = (await server.ok("GET", "rabbitmq/creds/app")).data["username"]
        asked = {each.path for each in one.asked if "permissions" in each.path}
        assert asked == {f"/api/permissions/a%2F..%2Fb%3Fc%23d%252f/{name}", f"/api/permissions/.../{name}"}
