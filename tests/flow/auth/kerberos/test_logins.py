"""Who gets in by a ticket: tickets of a real KDC, users of a real directory."""

from __future__ import annotations

import asyncio
import base64
import os
import socket
from typing import Any

import pytest

from strongroom.auth.kerberos import Kerberos
from strongroom.auth.kerberos.used import WINDOW_S
from strongroom.barrier.transaction import Transaction, transact
from strongroom.lib.errors import InvalidRequest, PermissionDenied, Unauthenticated, UpstreamFailed
from tests.flow.auth.kerberos.mount import READ, WRITE, Around, answered, log_in
from tests.flow.harness import Mounted
from tests.sim import kdc, slapd
from tests.sim.hostile_directory import BIND, SEARCH, SUCCESS, Asked, entry, hostile_directory


@pytest.mark.parametrize("mechanism", ["spnego", "kerberos"])
async def test_login(around: Around, mechanism: str) -> None:
    """A ticket gives a login by the user's name, with everybody's policies and those of the user's groups."""
    mount = await around.mounted()
    await mount.ask(WRITE, "groups/admins", {"policies": "Rule,x"})
    await mount.ask(WRITE, "groups/My_Group", {"policies": "mine"})
    await mount.ask(WRITE, "groups/nobody", {"policies": "not-mine"})
    await mount.ask(WRITE, "groups/my_group", {"policies": "another"})
    auth = await log_in(mount, around.kdc.header(mechanism=mechanism))
    assert (auth.alias, auth.display_name, auth.renewable, auth.group_aliases) == ("alice", "alice", False, None)
    assert auth.metadata == {"user": "alice", "domain": kdc.REALM}
    assert auth.token.policies == ("all", "mine", "rule", "x")


async def test_group_aliases(around: Around) -> None:
    """With the setting, the groups become those of the identity, whether they have policies or not."""
    mount = await around.mounted(add_group_aliases=True)
    assert (await log_in(mount, around.kdc.header())).group_aliases == ("My_Group", "admins", "posix")
    assert (await log_in(mount, around.kdc.header("carol"))).group_aliases == ("posix",)


async def test_the_server_proves_itself(around: Around) -> None:
    """The answer holds what the client needs to know that it has reached the service."""
    mount = await around.mounted()
    for mechanism in ("spnego", "kerberos"):
        (field, value), *_ = (await answered(mount, around.kdc.header(mechanism=mechanism))).headers
        assert field == "WWW-Authenticate"
        scheme, _, token = value.partition(" ")
        assert scheme == "Negotiate"
        assert base64.b64decode(token, validate=True)[0] == (0xA1 if mechanism == "spnego" else 0x60)


WITHOUT: list[tuple[str, dict[str, Any], type[Exception], str]] = [
    ("no token", {"authorization": ""}, Unauthenticated, "^authentication required$"),
    ("another scheme", {"authorization": "Basic eDp5"}, Unauthenticated, "^authentication required$"),
    ("the scheme alone", {"authorization": "Negotiate "}, Unauthenticated, "^authentication required$"),
    ("no base64", {"authorization": "Negotiate !!"}, Unauthenticated, "not base64"),
    ("nonsense", {"authorization": "Negotiate AAAA"}, Unauthenticated, "no SPNEGO token"),
    ("NTLM", {"authorization": "Negotiate TlRMTVNTUAABAAAA"}, Unauthenticated, "speaks NTLM"),
]


@pytest.mark.parametrize(("case", "data", "error", "text"), WITHOUT, ids=[case[0] for case in WITHOUT])
async def test_without_a_ticket(
    around: Around, case: str, data: dict[str, Any], error: type[Exception], text: str
) -> None:
    """What is no ticket gets a 401 with the challenge of the scheme."""
    mount = await around.mounted()
    with pytest.raises(error, match=text) as refused:
        await mount.ask(WRITE, "login", data)
    assert isinstance(refused.value, Unauthenticated)
    assert refused.value.challenge == "Negotiate"


async def test_the_first_question(around: Around) -> None:
    """A client may ask with a GET what it has to show, even before the mount is configured."""
    for mount in (await around.mounted(), await Mounted.new(Kerberos())):
        with pytest.raises(Unauthenticated, match="authentication required"):
            await mount.ask(READ, "login")


SHUT: list[tuple[str, dict[str, Any], dict[str, Any], dict[str, Any], str, type[Exception], str]] = [
    ("service", {"service": "HTTP@other.test"}, {}, {}, "10.0.0.1", Unauthenticated, "for another service"),
    ("clock ahead", {"clock_off_s": 400}, {}, {}, "10.0.0.1", Unauthenticated, "clocks of client and server"),
    ("realm", {"realm": kdc.OTHER_REALM}, {}, {}, "10.0.0.1", Unauthenticated, 'realm "OTHER.TEST" of the ticket'),
    ("upndomain", {}, {}, {"upndomain": "X.TEST"}, "10.0.0.1", Unauthenticated, 'isn\'t "X.TEST"'),
    ("spelling", {"user": "\uff41lice"}, {}, {}, "10.0.0.1", InvalidRequest, "characters that no name here has"),
    ("user", {"user": "nobody-there"}, {}, {}, "10.0.0.1", InvalidRequest, "directory has no user"),
    ("instance", {"user": "alice/admin"}, {}, {}, "10.0.0.1", InvalidRequest, "directory has no user"),
    ("address", {}, {}, {"token_bound_cidrs": "10.0.0.0/8"}, "11.0.0.1", PermissionDenied, "permission denied"),
    ("no address", {}, {}, {"token_bound_cidrs": "10.0.0.0/8"}, "", PermissionDenied, "permission denied"),
    ("directory", {}, {}, {"url": "ldap://127.0.0.1:9"}, "10.0.0.1", UpstreamFailed, "directory"),
    ("binddn", {}, {}, {"bindpass": "wrong"}, "10.0.0.1", UpstreamFailed, "binddn"),
    ("userdn", {}, {}, {"userdn": f"ou=hidden,{slapd.BASE}"}, "10.0.0.1", InvalidRequest, "directory has no user"),
]


@pytest.mark.parametrize(
    ("case", "shown", "config", "ldap", "address", "error", "text"), SHUT, ids=[c[0] for c in SHUT]
)
async def test_each_alone_keeps_out(
    around: Around,
    case: str,
    shown: dict[str, Any],
    config: dict[str, Any],
    ldap: dict[str, Any],
    address: str,
    error: type[Exception],
    text: str,
) -> None:
    """The same login with one thing changed doesn't get in, and one with nothing changed does."""
    open_ = await around.mounted()
    assert (await log_in(open_, around.kdc.header())).alias == "alice"
    mount = await around.mounted(ldap, **config)
    with pytest.raises(error, match=text):
        await log_in(mount, around.kdc.header(**shown), address)


async def test_a_clock_that_differs_a_little(around: Around) -> None:
    """Up to five minutes are no matter."""
    mount = await around.mounted()
    assert (await log_in(mount, around.kdc.header(clock_off_s=200))).alias == "alice"


async def test_a_ticket_is_shown_once(around: Around) -> None:
    """The second time it is refused, and so is its inner token without the outer one; another token is let in."""
    mount = await around.mounted()
    header = around.kdc.header()
    assert (await log_in(mount, header)).alias == "alice"
    wrapped = base64.b64decode(header.partition(" ")[2])
    inner = wrapped[wrapped.index(bytes.fromhex("06092a864886f7120102020100")) :]
    bare = bytes((0x60, 0x82)) + len(inner).to_bytes(2, "big") + inner
    for again in (header, f"negotiate  {header.partition(' ')[2]}", f"Negotiate {base64.b64encode(bare).decode()}"):
        with pytest.raises(Unauthenticated, match="was used before"):
            await log_in(mount, again)
    assert (await log_in(mount, around.kdc.header())).alias == "alice"


async def test_one_of_two_at_once(around: Around) -> None:
    """Of requests with one ticket that run at the same time, one gets in."""
    mount = await around.mounted()
    header = around.kdc.header()
    ended = await asyncio.gather(*(log_in(mount, header) for _ in range(5)), return_exceptions=True)
    assert sorted(type(each).__name__ for each in ended) == ["Auth", *["Unauthenticated"] * 4]


@pytest.mark.parametrize("later_s", [1, 600, 899])
async def test_a_ticket_is_remembered_as_long_as_it_could_be_shown(around: Around, later_s: int) -> None:
    """Also beyond the end of a window of time."""
    mount = await around.mounted()
    header = around.kdc.header()
    await log_in(mount, header)
    mount.clock.advance(later_s)
    with pytest.raises(Unauthenticated, match="was used before"):
        await log_in(mount, header)


async def test_what_is_remembered_is_cleared(around: Around) -> None:
    """Nothing stays of a window that has passed."""
    mount = await around.mounted()
    for _ in range(3):
        await log_in(mount, around.kdc.header())
    rows = [name for name in await mount.rows() if name.startswith(("used/", "window/"))]
    assert len(rows) == 4
    window = rows[-1].partition("/")[2]
    assert int(window) == int(mount.clock.now()) // WINDOW_S

    async def due(txn: Transaction) -> None:
        await mount.engine.due(mount.request(txn, WRITE, "", {}, ""), f"clear {window}", {})

    await transact(mount.barrier, due)
    assert not [name for name in await mount.rows() if name.startswith(("used/", "window/"))]


async def test_instances(around: Around) -> None:
    """Only with the setting does `alice/admin` mean `alice`."""
    mount = await around.mounted(remove_instance_name=True)
    auth = await log_in(mount, around.kdc.header("alice/admin"))
    assert (auth.alias, auth.metadata["user"]) == ("alice", "alice/admin")


async def test_names_that_differ_in_case(around: Around) -> None:
    """They are one user, as for the directory, unless the setting tells them apart."""
    mount = await around.mounted()
    assert (await log_in(mount, around.kdc.header("Alice"))).alias == "alice"
    mount = await around.mounted({"case_sensitive_names": True})
    assert (await log_in(mount, around.kdc.header("Alice"))).alias == "Alice"
    assert (await log_in(mount, around.kdc.header())).alias == "alice"


async def test_where_a_user_was_searched_for_is_logged(around: Around) -> None:
    """Whoever runs the server learns what the directory was asked, where it doesn't know a ticket's user."""
    mount = await around.mounted({"userattr": "mail"})
    with pytest.raises(InvalidRequest, match="the directory has no user of the ticket's name") as refused:
        await log_in(mount, around.kdc.header())
    assert refused.value.detail.endswith("fits userfilter, by mail")


async def test_another_realm_by_upndomain(around: Around) -> None:
    """`upndomain` names the one realm whose users may log in, if it isn't the service's."""
    ldap = {"upndomain": kdc.OTHER_REALM, "userfilter": "(uid=alice)"}
    mount = await around.mounted(ldap)
    auth = await log_in(mount, around.kdc.header(realm=kdc.OTHER_REALM))
    assert auth.metadata == {"user": "alice", "domain": kdc.OTHER_REALM}
    with pytest.raises(Unauthenticated, match=r'isn\'t "OTHER\.TEST"'):
        await log_in(mount, around.kdc.header())


async def test_the_service_account_decides(around: Around) -> None:
    """Of a keytab with keys of several services, the named one alone lets in."""
    both = around.kdc.keytab(kdc.OTHER_SERVICE, f"{kdc.ACCOUNT}/localhost")
    keytab = kdc.as_base64(both)
    mount = await around.mounted(keytab=keytab, service_account=f"{kdc.OTHER_SERVICE}@{kdc.REALM}")
    assert (await log_in(mount, around.kdc.header(service="HTTP@other.test"))).alias == "alice"
    with pytest.raises(Unauthenticated):
        await log_in(mount, around.kdc.header())
    mount = await around.mounted(keytab=keytab, service_account=kdc.ACCOUNT, remove_instance_name=True)
    assert (await log_in(mount, around.kdc.header(service=f"{kdc.ACCOUNT}@localhost"))).alias == "alice"
    with pytest.raises(Unauthenticated):
        await log_in(mount, around.kdc.header(service="HTTP@other.test"))


async def test_without_a_configuration(around: Around) -> None:
    """Both parts are needed, and the answer says which one is missing."""
    mount = await Mounted.new(Kerberos())
    header = around.kdc.header()
    with pytest.raises(InvalidRequest, match="backend kerberos not configured"):
        await log_in(mount, header)
    await mount.ask(WRITE, "config", around.config)
    with pytest.raises(InvalidRequest, match="ldap backend not configured"):
        await log_in(mount, header)


async def test_the_environment_has_no_part_in_it(around: Around, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither keytabs nor configurations that it names are read, and none is set."""
    before = {name: value for name, value in os.environ.items() if name.startswith("KRB5")}
    monkeypatch.setenv("KRB5_CONFIG", "/nowhere/krb5.conf")
    monkeypatch.setenv("KRB5_KTNAME", str(around.kdc.keytab_of(kdc.OTHER_SERVICE)))
    mount = await around.mounted()
    assert (await log_in(mount, around.kdc.header())).alias == "alice"
    with pytest.raises(Unauthenticated):
        await log_in(mount, around.kdc.header(service="HTTP@other.test"))
    monkeypatch.undo()
    assert {name: value for name, value in os.environ.items() if name.startswith("KRB5")} == before


async def test_no_renewal(around: Around) -> None:
    """A new ticket is shown for a new token."""
    mount = await around.mounted()
    with pytest.raises(InvalidRequest, match="log in again"):
        await mount.renew(await log_in(mount, around.kdc.header()))


@pytest.mark.parametrize(
    ("attributes", "ldap", "gets_in"),
    [
        ({}, {}, True),
        ({"sAMAccountName": ["Alice"]}, {}, True),
        ({"sAMAccountName": ["asmith"]}, {}, False),
        ({"sAMAccountName": ["asmith"], "userPrincipalName": [f"alice@{kdc.REALM}"]}, {}, False),
        ({"sAMAccountName": ["asmith"], "userPrincipalName": [f"alice@{kdc.REALM}"]}, {"upndomain": kdc.REALM}, True),
        ({"sAMAccountName": ["asmith"], "userPrincipalName": ["x@y"]}, {"upndomain": kdc.REALM}, False),
    ],
)
async def test_the_name_of_a_machine_is_no_users(
    around: Around, attributes: dict[str, list[str]], ldap: dict[str, Any], gets_in: bool
) -> None:
    """In a domain a ticket of a name `x` may be of the machine `x$`: who is found by it must be called that there."""

    def answers(asked: Asked, connection: socket.socket) -> None:
        if asked.operation == BIND:
            connection.sendall(asked.answer(0x61, SUCCESS))
        if asked.operation == SEARCH:
            found = entry("cn=alice,dc=x", uid=["alice"], **attributes)
            connection.sendall(asked.answer(0x64, found) + asked.answer(0x65, SUCCESS))

    with hostile_directory(answers) as directory:
        mount = await around.mounted({"url": directory.url, **ldap})
        if gets_in:
            assert (await log_in(mount, around.kdc.header())).alias == "alice"
        else:
            with pytest.raises(InvalidRequest, match="directory has no user"):
                await log_in(mount, around.kdc.header())
