"""Users of a real broker: made, let in, renewed, revoked, and nothing left behind."""

from __future__ import annotations

import contextlib
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from strongroom.engines.rabbitmq import RabbitMq as Engine
from strongroom.engines.rabbitmq.management import Management
from strongroom.lib.outgoing import Http
from strongroom.testing import PluginServer
from tests.conformance.docs.shell import opened, programs, run_page
from tests.conformance.engines.lost import rounds, sides
from tests.sim.lossy_http import Killed, LossyHttp
from tests.sim.rabbitmq import ADMIN, RabbitMq, running
from tests.sim.rabbitmq.amqp import Connection, Refused

PAGE = Path(__file__).parents[4] / "docs" / "engines" / "rabbitmq.md"
OWNER, OWNER_PASSWORD = "strongroom", "owner-password-0"
ALL = {"configure": ".*", "write": ".*", "read": ".*"}


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RabbitMq]:
    with running(tmp_path_factory.mktemp("rabbitmq")) as broker:
        broker.vhost("/orders")
        yield broker


@contextlib.asynccontextmanager
async def mounted(broker: RabbitMq, http: Http | None = None, **settings: Any) -> AsyncIterator[PluginServer]:
    """A server that is configured for the broker; at the end there are no users but the two who make users."""
    broker.admin(OWNER, OWNER_PASSWORD)
    server = await PluginServer.start(lambda: Engine(Management(http)))
    given = {"connection_uri": broker.url, "username": OWNER, "password": OWNER_PASSWORD, **settings}
    await server.ok("POST", "rabbitmq/config/connection", given)
    await server.ok("POST", "rabbitmq/config/lease", {"ttl": "1h", "max_ttl": "2h"})
    await server.ok("POST", "rabbitmq/roles/app", {"tags": "management", "vhosts": {"/": ALL}})
    yield server
    assert broker.users() == {ADMIN, OWNER}


async def revoke(server: PluginServer, lease_id: str) -> None:
    """End a lease now."""
    await server.ok("POST", "sys/leases/revoke", {"lease_id": lease_id, "sync": True})


async def later(server: PluginServer) -> None:
    """What was planned and not made is undone, twice."""
    for _ in range(3):
        server.clock.advance(600)
        await server.work()


async def test_issue_use_renew_revoke(broker: RabbitMq) -> None:
    """The whole life of one user."""
    async with mounted(broker) as server:
        made = await server.ok("GET", "rabbitmq/creds/app")
        name, password = made.data["username"], made.data["password"]
        assert made.body["lease_duration"] == 3600
        assert made.body["renewable"] is True
        assert name.startswith("token-")
        assert len(password) == 36
        assert broker.lets_in(name, password)
        Connection(broker.amqp, name, password).close()
        assert broker.ask("GET", f"users/{name}/permissions") == [{"user": name, "vhost": "/", **ALL}]
        renewed = await server.ok("POST", "sys/leases/renew", {"lease_id": made.lease_id, "increment": 7200})
        assert renewed.body["lease_duration"] == 7200
        await revoke(server, made.lease_id)
        assert not broker.lets_in(name, password)
        with pytest.raises(Refused):
            Connection(broker.amqp, name, password)


async def test_a_user_ends_with_its_lease(broker: RabbitMq) -> None:
    """By itself, when the time is over."""
    async with mounted(broker) as server:
        made = await server.ok("GET", "rabbitmq/creds/app")
        server.clock.advance(3600)
        await server.work()
        assert made.data["username"] not in broker.users()


async def test_an_open_connection_is_closed(broker: RabbitMq) -> None:
    """Of a user who is revoked: a client that has logged in once could stay for ever."""
    async with mounted(broker) as server:
        made = await server.ok("GET", "rabbitmq/creds/app")
        connection = Connection(broker.amqp, made.data["username"], made.data["password"])
        await revoke(server, made.lease_id)
        assert connection.is_closed()
        connection.close()


async def test_permissions_and_topics(broker: RabbitMq) -> None:
    """Of each virtual host and exchange, whether they come as JSON in a text or as objects; names with a slash too."""
    async with mounted(broker) as server:
        for vhosts, topics in (
            ('{"/": {"read": "^a"}, "/orders": {"write": "b"}}', '{"/orders": {"amq.topic": {"read": "k"}}}'),
            ({"/": {"read": "^a"}, "/orders": {"write": "b"}}, {"/orders": {"amq.topic": {"read": "k"}}}),
        ):
            await server.ok("POST", "rabbitmq/roles/both", {"vhosts": vhosts, "vhost_topics": topics})
            made = await server.ok("GET", "rabbitmq/creds/both")
            name = made.data["username"]
            granted = {each["vhost"]: each for each in broker.ask("GET", f"users/{name}/permissions")}
            assert (granted["/"]["read"], granted["/"]["write"], granted["/"]["configure"]) == ("^a", "", "")
            assert (granted["/orders"]["read"], granted["/orders"]["write"]) == ("", "b")
            [topic] = broker.ask("GET", f"users/{name}/topic-permissions")
            assert (topic["vhost"], topic["exchange"], topic["read"], topic["write"]) == (
                "/orders",
                "amq.topic",
                "k",
                "",
            )
            await revoke(server, made.lease_id)


@pytest.mark.parametrize(
    ("role", "told"),
    [
        ({"vhosts": {"/": ALL, "nowhere": ALL}}, 'no such virtual host: it refused the permissions for .*"nowhere"'),
        ({"vhosts": {"/": {"read": "("}}}, 'refused the permissions for the virtual host "/": invalid_regexp'),
        (
            {"vhosts": {"/": ALL}, "vhost_topics": {"gone": {"amq.topic": {"read": ".*"}}}},
            'no such virtual host: it refused the topic permissions for the virtual host "gone" and .*"amq.topic"',
        ),
    ],
)
async def test_a_refused_creation_leaves_nothing(broker: RabbitMq, role: dict[str, Any], told: str) -> None:
    """Neither a user nor a lease, and the answer says what was refused."""
    async with mounted(broker) as server:
        await server.ok("POST", "rabbitmq/roles/wrong", role)
        answer = await server.ask("GET", "rabbitmq/creds/wrong")
        assert answer.status == 502
        assert re.search(told, answer.error)
        assert broker.users() == {ADMIN, OWNER}
        await later(server)
        assert (await server.ask("LIST", "sys/leases/lookup/rabbitmq/creds/wrong")).status == 404


async def test_another_users_name_is_left_alone(broker: RabbitMq) -> None:
    """When the template gives a name that somebody has: the request fails, and the user stays."""
    broker.admin("fixed", "somebody's", "management")
    async with mounted(broker, username_template="fixed") as server:
        answer = await server.ask("GET", "rabbitmq/creds/app")
        assert answer.status == 502
        assert 'has a user "fixed" already' in answer.error
        await later(server)
        assert broker.lets_in("fixed", "somebody's")
        broker.ask("DELETE", "users/fixed")
        first = await server.ok("GET", "rabbitmq/creds/app")
        assert (await server.ask("GET", "rabbitmq/creds/app")).status == 502
        await later(server)
        assert broker.lets_in("fixed", first.data["password"])
        await revoke(server, first.lease_id)


async def test_names_and_passwords_by_rule(broker: RabbitMq) -> None:
    """By a template, and by a password policy."""
    template = "{{ .RoleName | uppercase }}/{{ .DisplayName }} {{ random 12 }}"
    async with mounted(broker, username_template=template) as server:
        policy = 'length = 12\nrule "charset" { charset = "xyz" }'
        await server.ok("POST", "sys/policies/password/short", {"policy": policy})
        given = {"connection_uri": broker.url, "username": OWNER, "password": OWNER_PASSWORD}
        made = await server.ok("GET", "rabbitmq/creds/app")
        assert made.data["username"].startswith("APP/token ")
        assert broker.lets_in(made.data["username"], made.data["password"])
        await revoke(server, made.lease_id)
        await server.ok("POST", "rabbitmq/config/connection", {**given, "password_policy": "short"})
        made = await server.ok("GET", "rabbitmq/creds/app")
        assert set(made.data["password"]) <= set("xyz")
        assert broker.lets_in(made.data["username"], made.data["password"])
        await revoke(server, made.lease_id)


async def test_the_servers_own_password_is_rotated(broker: RabbitMq) -> None:
    """The old one is refused, tags stay, and users are made and revoked as before."""
    async with mounted(broker) as server:
        before = await server.ok("GET", "rabbitmq/creds/app")
        await server.ok("POST", "rabbitmq/config/rotate-root")
        assert not broker.lets_in(OWNER, OWNER_PASSWORD)
        assert broker.user(OWNER)["tags"] == ["administrator"]
        shown = (await server.ok("GET", "rabbitmq/config/connection")).data
        assert shown["last_password_rotation"] == int(server.clock.now())
        assert shown["password_rotation_pending"] is False
        await revoke(server, before.lease_id)
        await revoke(server, (await server.ok("GET", "rabbitmq/creds/app")).lease_id)
        await server.ok("POST", "rabbitmq/config/rotate-root")
        await revoke(server, (await server.ok("GET", "rabbitmq/creds/app")).lease_id)


async def test_a_wrong_password_or_a_user_without_the_tag_is_told(broker: RabbitMq) -> None:
    """When the connection is written, unless that is not wanted; then when a user is wanted."""
    broker.admin("plain", "plain-password", "management")
    async with mounted(broker) as server:
        path, given = "rabbitmq/config/connection", {"connection_uri": broker.url, "username": OWNER}
        wrong = await server.ask("POST", path, {**given, "password": "wrong-password"})
        assert (wrong.status, "refused the user name or the password" in wrong.error) == (502, True)
        plain = {"connection_uri": broker.url, "username": "plain", "password": "plain-password"}
        refused = await server.ask("POST", path, plain)
        assert (refused.status, 'no tag "administrator"' in refused.error) == (502, True)
        await server.ok("POST", path, {**given, "password": "wrong-password", "verify_connection": False})
        assert "refused the user name or the password" in (await server.ask("GET", "rabbitmq/creds/app")).error
        await server.ok("POST", path, {**plain, "verify_connection": False})
        assert (await server.ask("GET", "rabbitmq/creds/app")).status == 502
        broker.ask("DELETE", "users/plain")
        await server.ok("POST", path, {**given, "password": OWNER_PASSWORD})
        await later(server)


async def test_by_tls(broker: RabbitMq) -> None:
    """The authority that vouches for the broker is named, and no other is trusted."""
    async with mounted(broker) as server:
        given = {"connection_uri": broker.tls_url, "username": OWNER, "password": OWNER_PASSWORD}
        assert (await server.ask("POST", "rabbitmq/config/connection", given)).status == 502
        await server.ok("POST", "rabbitmq/config/connection", {**given, "ca_cert": broker.ca_pem})
        made = await server.ok("GET", "rabbitmq/creds/app")
        assert broker.lets_in(made.data["username"], made.data["password"])
        await revoke(server, made.lease_id)


async def test_users_are_revoked_after_role_and_connection_have_changed(broker: RabbitMq) -> None:
    """The role is deleted, and the broker is known by another address."""
    async with mounted(broker) as server:
        made = await server.ok("GET", "rabbitmq/creds/app")
        await server.ok("DELETE", "rabbitmq/roles/app")
        other = broker.url.replace("127.0.0.1", "localhost")
        given = {"connection_uri": other, "username": OWNER, "password": OWNER_PASSWORD}
        await server.ok("POST", "rabbitmq/config/connection", given)
        await revoke(server, made.lease_id)
        assert made.data["username"] not in broker.users()


async def test_a_name_that_needs_escaping(broker: RabbitMq) -> None:
    """In addresses of the management API."""
    async with mounted(broker, username_template="a/b?c#{{ random 8 }}%2F é") as server:
        made = await server.ok("GET", "rabbitmq/creds/app")
        name = made.data["username"]
        assert broker.ask("GET", f"users/{quote(name, safe='')}/permissions")[0]["vhost"] == "/"
        assert broker.lets_in(name, made.data["password"])
        await revoke(server, made.lease_id)


@pytest.mark.parametrize("answer", range(3))
async def test_a_user_whose_making_was_not_answered_is_deleted(broker: RabbitMq, answer: int) -> None:
    """By the plan, whichever answer is lost: of the search, the user or the permissions."""
    http = LossyHttp()
    async with mounted(broker, http) as server:
        http.loses = answer
        assert (await server.ask("GET", "rabbitmq/creds/app")).status == 502
        assert len(broker.users()) == (2 if answer == 0 else 3)
        await later(server)


async def test_a_process_that_dies_leaves_nothing(broker: RabbitMq) -> None:
    """Between making and answering: another process over the same store undoes what the plan says."""
    http = LossyHttp()
    async with mounted(broker, http) as server:
        http.loses, http.kills = 2, True
        with pytest.raises(Killed):
            await server.ask("GET", "rabbitmq/creds/app")
        assert len(broker.users()) == 3
        await server.restart()
        await later(server)


@pytest.mark.parametrize("answer", range(3))
async def test_a_rotation_that_breaks_off_loses_no_password(broker: RabbitMq, answer: int) -> None:
    """Whichever answer is lost: the mount goes on with the password that counts, and the next rotation completes it."""
    http = LossyHttp()
    async with mounted(broker, http) as server:
        http.loses = answer
        assert (await server.ask("POST", "rabbitmq/config/rotate-root")).status == 502
        await server.restart()
        shown = (await server.ok("GET", "rabbitmq/config/connection")).data
        assert shown["password_rotation_pending"] is True
        await revoke(server, (await server.ok("GET", "rabbitmq/creds/app")).lease_id)
        await server.ok("POST", "rabbitmq/config/rotate-root")
        assert (await server.ok("GET", "rabbitmq/config/connection")).data["password_rotation_pending"] is False
        assert not broker.lets_in(OWNER, OWNER_PASSWORD)
        await revoke(server, (await server.ok("GET", "rabbitmq/creds/app")).lease_id)


async def test_a_password_that_the_broker_refuses_is_given_up(broker: RabbitMq) -> None:
    """The policy makes some that are too short for the broker; when it makes longer ones, the rotation goes on."""
    policy = 'length = 4\nrule "charset" { charset = "abcdefgh" }'
    async with mounted(broker) as server:
        await server.ok("PUT", "sys/policies/password/short", {"policy": policy})
        given = {"connection_uri": broker.url, "username": OWNER, "password": OWNER_PASSWORD}
        await server.ok("POST", "rabbitmq/config/connection", {**given, "password_policy": "short"})
        refused = await server.ask("POST", "rabbitmq/config/rotate-root")
        assert (refused.status, "credential_validation_failed" in refused.error) == (502, True)
        assert (await server.ok("GET", "rabbitmq/config/connection")).data["password_rotation_pending"] is False
        assert broker.lets_in(OWNER, OWNER_PASSWORD)
        await server.ok("PUT", "sys/policies/password/short", {"policy": policy.replace("4", "24")})
        await server.ok("POST", "rabbitmq/config/rotate-root")
        assert not broker.lets_in(OWNER, OWNER_PASSWORD)


async def test_a_rotated_password_survives_what_is_written_again(broker: RabbitMq) -> None:
    """A tool writes the first password unseen; users are made and revoked, and it can be rotated."""
    async with mounted(broker) as server:
        await server.ok("POST", "rabbitmq/config/rotate-root")
        given = {"connection_uri": broker.url, "username": OWNER, "password": OWNER_PASSWORD}
        await server.ok("POST", "rabbitmq/config/connection", {**given, "verify_connection": False})
        await revoke(server, (await server.ok("GET", "rabbitmq/creds/app")).lease_id)
        await server.ok("POST", "rabbitmq/config/rotate-root")
        await revoke(server, (await server.ok("GET", "rabbitmq/creds/app")).lease_id)


async def test_a_broker_that_is_away_delays_the_end_of_a_lease(broker: RabbitMq) -> None:
    """The user is deleted when it is back; meanwhile requests fail at once, and it isn't asked each time."""
    http = LossyHttp()
    async with mounted(broker, http) as server:
        made = await server.ok("GET", "rabbitmq/creds/app")
        http.silent, http.asked = True, 0
        for _ in range(5):
            answer = await server.ask("GET", "rabbitmq/creds/app")
            assert (answer.status, "did not" in answer.error) == (502, True)
        assert http.asked == 3
        server.clock.advance(3600)
        await server.work()
        assert made.data["username"] in broker.users()
        http.silent = False
        await server.restart()  # the breaker's pause is real time
        await later(server)


async def test_the_server_tells_no_password(broker: RabbitMq) -> None:
    """Neither the mount's nor a user's, in what is stored of a lease and in errors."""
    async with mounted(broker) as server:
        made = await server.ok("GET", "rabbitmq/creds/app")
        shown = await server.ok("GET", "rabbitmq/config/connection")
        assert OWNER_PASSWORD not in str(shown)
        found = await server.ok("POST", "sys/leases/lookup", {"lease_id": made.lease_id})
        assert made.data["password"] not in str(found)
        await revoke(server, made.lease_id)


def test_the_examples_of_the_page(broker: RabbitMq, tmp_path: Path) -> None:
    """The commands of docs/engines/rabbitmq.md print what it shows."""
    broker.admin(OWNER, "long-and-secret")
    (tmp_path / "ca.pem").write_text(broker.ca_pem)
    with opened(tmp_path, programs(tmp_path)) as (shell, names):
        names.replace("https://mq.example.com:15671", broker.tls_url)
        assert run_page(PAGE, shell, names) > 6
    assert broker.users() == {ADMIN, OWNER}


@pytest.mark.parametrize("step", [rounds.issue, rounds.revoke, rounds.rotate_root])
async def test_each_question_is_lost(broker: RabbitMq, step: rounds.Step) -> None:
    """Or its answer: in each step nothing is left behind, and the mount goes on."""
    async with rounds.round_of(sides.of_rabbitmq(broker)) as one:
        await step(one)
    broker.ask("DELETE", f"users/{sides.OWNER}")
