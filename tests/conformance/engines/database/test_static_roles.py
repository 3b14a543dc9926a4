"""Static roles of a PostgreSQL: taken over, rotated, refused, broken off."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.conformance.engines.database.serving import connected, serving
from tests.conformance.engines.database.static_serving import (
    OWN,
    SQL,
    current,
    dying,
    logs_in,
    made,
    managed,
    restarted,
    taken_over,
)
from tests.conformance.postgres import PostgresqlServer
from tests.sim.cutting_proxy import CuttingProxy


async def test_a_user_is_taken_over_and_rotated(postgresql_server: PostgresqlServer) -> None:
    """At once, then each period, and when that is asked for; deleting the role leaves user and password."""
    async with serving() as server:
        await managed(postgresql_server, server)
        await made(postgresql_server, "st1")
        first = await taken_over(server, "st1", rotation_period=60)
        assert await logs_in(postgresql_server, "st1", first)
        assert not await logs_in(postgresql_server, "st1", OWN)
        data = (await server.ok("GET", "database/static-creds/st1")).data
        assert (data["username"], data["ttl"], data["rotation_period"]) == ("st1", 60, 60)

        await server.ok("POST", "database/rotate-role/st1", {})
        second = await current(server, "st1")
        assert second != first and await logs_in(postgresql_server, "st1", second)

        server.clock.advance(59)
        await server.work()
        assert await current(server, "st1") == second
        server.clock.advance(1)
        assert (await server.ok("GET", "database/static-creds/st1")).data["ttl"] == 0
        await server.work()
        third = await current(server, "st1")
        assert third != second and await logs_in(postgresql_server, "st1", third)
        assert not await logs_in(postgresql_server, "st1", second)

        await server.ok("DELETE", "database/static-roles/st1")
        server.clock.advance(600)
        await server.work()
        assert await logs_in(postgresql_server, "st1", third)
        assert await server.scheduled("database/") == {}


async def test_import_without_rotation(postgresql_server: PostgresqlServer) -> None:
    """The password stays until its time comes; one that doesn't log in isn't taken."""
    async with serving() as server:
        await managed(postgresql_server, server)
        await made(postgresql_server, "st1", "st2")
        wrong = {"db_name": "pg", "username": "st1", "rotation_period": 60, "password": "wrong"}
        assert "doesn't log in" in (await server.ask("POST", "database/static-roles/st1", wrong)).error
        assert await taken_over(server, "st1", rotation_period=60, password=OWN, skip_import_rotation=True) == OWN
        server.clock.advance(60)
        await server.work()
        assert await logs_in(postgresql_server, "st1", await current(server, "st1"))
        assert not await logs_in(postgresql_server, "st1", OWN)

        body = {"db_name": "pg", "username": "st2", "rotation_period": 60, "skip_import_rotation": True}
        await server.ok("POST", "database/static-roles/st2", body)
        assert "no credential is known yet" in (await server.ask("GET", "database/static-creds/st2")).error
        await server.ok("POST", "database/static-roles/st2", {"self_managed_password": OWN})
        assert await current(server, "st2") == OWN
        reply = await server.ok("POST", "database/static-roles/st2", {"password": "wrong"})
        assert "ignored" in reply.body["warnings"][0]
        assert await current(server, "st2") == OWN


async def test_two_users_take_turns(postgresql_server: PostgresqlServer) -> None:
    """The one before logs in for the time of grace, and not after it."""
    async with serving() as server:
        await managed(postgresql_server, server)
        await made(postgresql_server, "a", "b")
        body = {"db_name": "pg", "usernames": ["a", "b"], "rotation_period": 60, "grace_period": 30}
        await server.ok("POST", "database/static-roles/pair", body)
        first = (await server.ok("GET", "database/static-creds/pair")).data
        assert first["username"] == "a" and "previous" not in first
        server.clock.advance(60)
        await server.work()
        second = (await server.ok("GET", "database/static-creds/pair")).data
        assert second["username"] == second["username"] == "b"
        assert second["previous"]["username"] == "a" and second["previous"]["valid_until"].endswith("Z")
        assert await logs_in(postgresql_server, "a", first["password"])
        assert await logs_in(postgresql_server, "b", second["password"])
        server.clock.advance(30)
        await server.work()
        assert not await logs_in(postgresql_server, "a", first["password"])
        assert await logs_in(postgresql_server, "b", second["password"])
        assert "previous" not in (await server.ok("GET", "database/static-creds/pair")).data
        server.clock.advance(30)
        await server.work()
        third = (await server.ok("GET", "database/static-creds/pair")).data
        assert third["username"] == "a" and await logs_in(postgresql_server, "a", third["password"])


async def test_reading_rotates(postgresql_server: PostgresqlServer) -> None:
    """Each read has another password without a cooldown, and the first is refused; within one they are the same."""
    async with serving() as server:
        await managed(postgresql_server, server)
        await made(postgresql_server, "st1", "st2")
        first = await taken_over(server, "st1", rotate_on_read=True, rotate_on_read_cooldown=0)
        second = await current(server, "st1")
        assert second != first
        assert not await logs_in(postgresql_server, "st1", first)
        assert await logs_in(postgresql_server, "st1", second)

        first = await taken_over(server, "st2", rotate_on_read=True)
        assert await current(server, "st2") == first
        server.clock.advance(60)
        assert await current(server, "st2") != first


async def test_a_refused_password_is_replaced_by_another(postgresql_server: PostgresqlServer) -> None:
    """The server demands more than the policy gives; when that is mended, the next attempt succeeds."""
    check = "DO $$ BEGIN IF length('{{password}}') < 30 THEN RAISE EXCEPTION 'too short'; END IF; END $$"
    policy = 'length = %d\nrule "charset" { charset = "abcdefghij" }'
    async with serving() as server:
        await managed(postgresql_server, server)
        await made(postgresql_server, "st1")
        await server.ok("POST", "sys/policies/password/own", {"policy": policy % 30})
        config = {"password_policy": "own"}
        first = await taken_over(
            server, "st1", rotation_period=60, rotation_statements=[check, SQL], credential_config=config
        )
        await server.ok("POST", "sys/policies/password/own", {"policy": policy % 20})
        server.clock.advance(60)
        await server.work()
        role = (await server.ok("GET", "database/static-roles/st1")).data
        state = role["rotation_state"]
        assert role["overdue"] and (state["attempts"], state["candidate"]) == (1, "none")
        assert "too short" in state["last_error"]
        assert await current(server, "st1") == first and await logs_in(postgresql_server, "st1", first)
        assert (await server.ask("POST", "database/rotate-role/st1", {})).status == 502
        await server.ok("POST", "sys/policies/password/own", {"policy": policy % 40})
        server.clock.advance(20)
        await server.work()
        second = await current(server, "st1")
        assert len(second) == 40 and await logs_in(postgresql_server, "st1", second)
        assert "rotation_state" not in (await server.ok("GET", "database/static-roles/st1")).data


async def test_a_role_that_is_refused_leaves_nothing(postgresql_server: PostgresqlServer) -> None:
    """No user, no rights, statements that fail: no role, and nothing to be done later."""
    async with serving() as server:
        await managed(postgresql_server, server)
        await made(postgresql_server, "st1")
        await made(postgresql_server, "weak", attributes="LOGIN")
        await connected(server, postgresql_server, "weak", username="weak", password=OWN)
        for fields in ({"username": "nobody"}, {"rotation_statements": ["selekt"]}, {"db_name": "weak"}):
            body = {"db_name": "pg", "username": "st1", "rotation_period": 60, **fields}
            reply = await server.ask("POST", "database/static-roles/st1", body)
            assert reply.status == 502, reply
            assert (await server.ask("GET", "database/static-roles/st1")).status == 404
        assert await server.scheduled("database/") == {}
        assert await logs_in(postgresql_server, "st1", OWN)


async def test_statements_that_change_somebody_else(postgresql_server: PostgresqlServer) -> None:
    """The old password still logs in, so the new one isn't handed out."""
    async with serving() as server:
        await managed(postgresql_server, server)
        await made(postgresql_server, "st1", "st2")
        first = await taken_over(server, "st1")
        await server.ok(
            "POST", "database/static-roles/st1", {"rotation_statements": ["ALTER ROLE st2 PASSWORD '{{password}}'"]}
        )
        assert "still in force" in (await server.ask("POST", "database/rotate-role/st1", {})).error
        assert await current(server, "st1") == first and await logs_in(postgresql_server, "st1", first)


async def test_a_user_belongs_to_one(postgresql_server: PostgresqlServer) -> None:
    """Not to two static roles, and not to a connection; also by another connection to the same server."""
    async with serving() as server:
        await managed(postgresql_server, server)
        await managed(postgresql_server, server, "again")
        await made(postgresql_server, "st1")
        await taken_over(server, "st1")
        for body, text in (
            ({"db_name": "pg", "username": "st1"}, 'of the static role "st1" already'),
            ({"db_name": "again", "usernames": "st1,st2"}, 'of the static role "st1" already'),
            ({"db_name": "again", "username": "adm"}, 'the connection "again" manages'),
        ):
            reply = await server.ask("POST", "database/static-roles/other", {**body, "rotation_period": 60})
            assert (reply.status, text in reply.error) == (400, True), reply
        config = {"username": "st1", "verify_connection": False}
        reply = await server.ask("POST", "database/config/pg", config)
        assert 'the static role "st1"' in reply.error
        await server.ok("DELETE", "database/static-roles/st1")
        await server.ok(
            "POST", "database/static-roles/other", {"db_name": "pg", "username": "st1", "rotation_period": 60}
        )


async def test_who_may_have_static_roles(postgresql_server: PostgresqlServer) -> None:
    """`allowed_roles` counts for them, and when it changes, for reading and rotating."""
    async with serving() as server:
        await managed(postgresql_server, server, allowed_roles="st*")
        await made(postgresql_server, "st1")
        body = {"db_name": "pg", "username": "st1", "rotation_period": 60}
        assert (await server.ask("POST", "database/static-roles/x", body)).error == '"x" is not an allowed role'
        await taken_over(server, "st1")
        await server.ok("POST", "database/config/pg", {"allowed_roles": "other"})
        for method, path in (("GET", "static-creds"), ("POST", "rotate-role")):
            assert "is not an allowed role" in (await server.ask(method, f"database/{path}/st1")).error
        token = await server.token('path "database/static-roles/*" { capabilities = ["create"] }')
        await server.ok("POST", "database/config/pg", {"allowed_roles": "*"})
        await server.ok("DELETE", "database/static-roles/st1")
        await server.ok("POST", "database/static-roles/st1", body, token=token)
        assert (await server.ask("POST", "database/static-roles/st1", body, token=token)).status == 403


async def test_a_schedule_and_a_database_that_is_down(postgresql_server: PostgresqlServer) -> None:
    """The minute passes while it is away: overdue with a time of 0, then rotated when it is back."""
    async with serving() as server:
        await managed(postgresql_server, server)
        await made(postgresql_server, "st1")
        body = {"db_name": "pg", "username": "st1", "rotation_schedule": "*/5 * * * *"}
        await server.ok("POST", "database/static-roles/st1", body)
        first = (await server.ok("GET", "database/static-creds/st1")).data
        assert 0 < first["ttl"] <= 300 and "rotation_period" not in first
        due = (await server.ok("GET", "database/static-roles/st1")).data["next_vault_rotation"]
        postgresql_server.stop("immediate")
        try:
            server.clock.advance(first["ttl"])
            await server.work()
            role = (await server.ok("GET", "database/static-roles/st1")).data
            assert role["overdue"] and role["next_vault_rotation"] == due
            assert role["rotation_state"]["candidate"] == "pending"
            reply = await server.ok("GET", "database/static-creds/st1")
            assert reply.data["ttl"] == 0 and reply.data["password"] == first["password"]
            assert "just being changed" in reply.body["warnings"][0]
            assert (await server.ask("POST", "database/static-roles/new", {**body, "username": "st9"})).status == 502
            assert (await server.ask("GET", "database/static-roles/new")).status == 404
        finally:
            postgresql_server.start()
        server.clock.advance(60)
        await restarted(server)
        await server.work()
        second = (await server.ok("GET", "database/static-creds/st1")).data
        assert second["password"] != first["password"] and 0 < second["ttl"] <= 300
        assert await logs_in(postgresql_server, "st1", second["password"])


@pytest.mark.parametrize("took_place", [False, True])
async def test_death_at_each_commit(postgresql_server: PostgresqlServer, took_place: bool) -> None:
    """Of making a static role, and of rotating it: what clients get afterwards logs in, and rotations go on."""
    async with serving() as server:
        await managed(postgresql_server, server)
        body = {"db_name": "pg", "username": "st1", "rotation_period": 60}

        async def create() -> Any:
            return await server.ask("POST", "database/static-roles/st1", body)

        async def rotate() -> Any:
            return await server.ask("POST", "database/rotate-role/st1", {})

        for work in (create, rotate):
            for commit in range(12):
                await made(postgresql_server, "st1")
                await server.ok("DELETE", "database/static-roles/st1")
                if work is rotate:
                    await taken_over(server, "st1", rotation_period=60)
                tried = await dying(server, commit, took_place=took_place, work=work)
                if tried <= commit:
                    break
                server.clock.advance(30)
                await server.work()
                if (await server.ask("GET", "database/static-roles/st1")).status == 404:
                    assert work is create and await logs_in(postgresql_server, "st1", OWN)
                    continue
                assert await logs_in(postgresql_server, "st1", await current(server, "st1"))
                server.clock.advance(60)
                await server.work()
                assert await logs_in(postgresql_server, "st1", await current(server, "st1"))
            assert commit >= 2


async def test_one_user_is_rotated_by_two_at_once(postgresql_server: PostgresqlServer) -> None:
    """By two nodes, many times: what clients get logs in."""
    async with serving() as server:
        await managed(postgresql_server, server)
        await made(postgresql_server, "st1")
        await taken_over(server, "st1")
        other = await server.peer()
        for _ in range(5):
            await asyncio.gather(
                *(node.ask("POST", "database/rotate-role/st1", {}) for node in (server, other, server, other))
            )
            assert await logs_in(postgresql_server, "st1", await current(server, "st1"))
            assert await current(other, "st1") == await current(server, "st1")
        await other.engines["database"].sessions.close()  # type: ignore[attr-defined]


async def test_a_role_is_read_while_its_change_is_not_finished(postgresql_server: PostgresqlServer) -> None:
    """The change took place, and the process died: a reader gets the password that counts, without waiting."""
    async with serving() as server:
        await managed(postgresql_server, server)
        await made(postgresql_server, "st1")
        await taken_over(server, "st1")

        async def rotate() -> Any:
            return await server.ask("POST", "database/rotate-role/st1", {})

        await dying(server, 1, took_place=False, work=rotate)
        assert await logs_in(postgresql_server, "st1", await current(server, "st1"))


@pytest.mark.parametrize("passes_on", [False, True])
async def test_the_answer_to_a_change_is_lost(postgresql_server: PostgresqlServer, passes_on: bool) -> None:
    """Before the database gets it, or once it has been done: a reader gets the password that counts."""
    async with CuttingProxy(postgresql_server.port) as proxy, serving() as server:
        url = f"postgresql://{{{{username}}}}:{{{{password}}}}@127.0.0.1:{proxy.port}/postgres?sslmode=disable"
        await managed(postgresql_server, server, connection_url=url)
        await made(postgresql_server, "st1")
        first = await taken_over(server, "st1")
        proxy.cut_at(b"COMMIT", passes_on=passes_on)
        assert (await server.ask("POST", "database/rotate-role/st1", {})).status == 502
        assert proxy.cuts == 1
        state = (await server.ok("GET", "database/static-roles/st1")).data["rotation_state"]
        assert (state["candidate"], state["attempts"]) == ("pending", 1)
        second = await current(server, "st1")
        assert (second != first) == passes_on
        assert await logs_in(postgresql_server, "st1", second)
        server.clock.advance(60)
        await server.work()
        assert await logs_in(postgresql_server, "st1", await current(server, "st1"))
        assert "rotation_state" not in (await server.ok("GET", "database/static-roles/st1")).data


async def test_an_error_of_the_database_shows_no_password(postgresql_server: PostgresqlServer) -> None:
    """Also if it repeats the one that it was given."""
    async with serving() as server:
        await managed(postgresql_server, server)
        await made(postgresql_server, "st1")
        first = await taken_over(server, "st1")
        body = {"rotation_statements": ["DO $$ BEGIN RAISE EXCEPTION 'no: <{{password}}>'; END $$"]}
        await server.ok("POST", "database/static-roles/st1", body)
        error = (await server.ask("POST", "database/rotate-role/st1", {})).error
        state = (await server.ok("GET", "database/static-roles/st1")).data["rotation_state"]
        for text in (error, state["last_error"]):
            assert "no: <" in text and len(text.partition("no: <")[2].partition(">")[0]) < 20 and first not in text
