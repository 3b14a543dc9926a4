"""Passwords are in answers to who asked for them, and nowhere else."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from tests.flow.engines.ldap.serving import ROLE, served
from tests.sim.hostile_directory import BIND, SEARCH, SUCCESS, UNBIND, Asked, entry, hostile_directory
from tests.sim.slapd import ADMIN_PASSWORD, PEOPLE, Slapd, person


async def test_no_password_is_audited_or_logged(
    directory: Slapd, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither of the server's own account, nor of accounts that are made, kept or lent, nor of refused requests."""
    for name in ("canary-a", "canary-b"):
        directory.add(person(name, name, "first-password"))
    server = await served(directory)
    log = tmp_path / "audit.log"
    await server.ok("POST", "sys/audit/file", {"type": "file", "options": {"file_path": str(log)}})
    await server.ok("POST", "ldap/config", {"bindpass": ADMIN_PASSWORD})
    await server.ok("POST", "ldap/role/app", ROLE)
    made = await server.ok("GET", "ldap/creds/app")
    given = {"username": "canary-a", "rotation_period": 60, "password": "first-password"}
    await server.ok("POST", "ldap/static-role/a", given)
    kept = await server.ok("GET", "ldap/static-cred/a")
    await server.ok("POST", "ldap/library/l", {"service_account_names": ["canary-b"]})
    lent = await server.ok("POST", "ldap/library/l/check-out")
    bad = (
        f"dn: cn={{{{.Username}}}},{PEOPLE}\nobjectClass: person\nsn: {{{{.Password}}}}\nnonsense: {{{{.Password}}}}\n"
    )
    await server.ok("POST", "ldap/role/bad", {**ROLE, "creation_ldif": bad})
    refused = await server.ask("GET", "ldap/creds/bad")
    assert refused.status == 502
    passwords = [ADMIN_PASSWORD, "first-password", *(reply.data["password"] for reply in (made, kept, lent))]
    seen = log.read_text() + "".join(capsys.readouterr()) + refused.error
    assert "ldap/creds/app" in seen
    assert [password for password in passwords if password in seen] == []


async def test_the_stored_password_goes_to_no_other_directory(directory: Slapd) -> None:
    """Who may write the configuration can't read it, and can't have it sent to a server of theirs either."""
    wrong = bytes.fromhex("0a0131 0400 0400")

    def refuses(asked: Asked, connection: socket.socket) -> None:
        connection.sendall(asked.answer(0x61, wrong))

    directory.add(person("moved", "moved", "first-password"))
    server = await served(directory, binddn=f"cn=moved,{PEOPLE}", bindpass="first-password")
    await server.ok("POST", "ldap/rotate-root")
    with hostile_directory(refuses) as theirs:
        for body, what in (
            ({"url": theirs.url}, "another url"),
            ({"url": f"{directory.url},{theirs.url}"}, "another url"),
            ({"insecure_tls": True}, "insecure_tls=true"),
        ):
            refused = await server.ask("POST", "ldap/config", body)
            assert (refused.status, refused.error) == (400, f"bindpass must be given with {what}")
        # That theirs refuses what is given with it, says nothing of the one that was rotated.
        refused = await server.ask("POST", "ldap/config", {"url": theirs.url, "bindpass": "guessed"})
        assert (refused.status, "nothing is changed" in refused.error) == (400, True)
        await server.ask("POST", "ldap/rotate-root")
        assert [each.operation for each in theirs.asked if b"guessed" not in each.whole] == [UNBIND]
    assert (await server.ok("GET", "ldap/config")).data["url"] == directory.url


@pytest.mark.parametrize("anew", [False, True])
async def test_passwords_of_accounts_go_to_no_other_directory(directory: Slapd, anew: bool) -> None:
    """One that takes every change and refuses the login after it would be asked whether the password before counts."""

    def answers(asked: Asked, connection: socket.socket) -> None:
        own = b"theirs" in asked.whole
        if asked.operation == BIND:
            connection.sendall(asked.answer(0x61, SUCCESS if own else bytes.fromhex("0a0131 0400 0400")))
        if asked.operation == SEARCH:
            found = entry("cn=theirs" if own else "cn=found")
            connection.sendall(asked.answer(0x64, found) + asked.answer(0x65, SUCCESS))
        if asked.operation == 0x66:
            connection.sendall(asked.answer(0x67, SUCCESS))

    kept, lendable = f"kept-{anew}".lower(), f"lendable-{anew}".lower()
    for name in (kept, lendable):
        directory.add(person(name, name, "first-password"))
    server = await served(directory)
    await server.ok("POST", "ldap/static-role/a", {"username": kept, "rotation_period": 3600})
    told = (await server.ok("GET", "ldap/static-cred/a")).data["password"]
    await server.ok("POST", "ldap/library/l", {"service_account_names": [lendable]})
    lent = (await server.ok("POST", "ldap/library/l/check-out")).data["password"]
    server.clock.advance(60)
    if anew:
        await server.ok("DELETE", "ldap/config")
    with hostile_directory(answers) as theirs:
        given = {"url": theirs.url, "binddn": "cn=theirs", "bindpass": "theirs", "userdn": PEOPLE, "userattr": "uid"}
        await server.ok("POST", "ldap/config", given)
        await server.ask("POST", "ldap/rotate-role/a")
        await server.ask("GET", "ldap/static-cred/a")
        await server.ask("POST", "ldap/library/l/check-in")
        assert 0x66 in theirs.operations
        sent = b"".join(each.whole for each in theirs.asked)
        assert told.encode() not in sent
        assert lent.encode() not in sent
