"""The driver for MySQL against a real MariaDB."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Coroutine
from typing import Any

import pymysql
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from strongroom.engines.database.driver import Account, Credential, Target
from strongroom.engines.database.drivers.mysql import MysqlDriver
from strongroom.engines.database.drivers.mysql.connecting import quoting
from strongroom.engines.database.drivers.mysql.statements import cut, filled
from strongroom.lib.errors import Unreachable, UpstreamFailed
from strongroom.sdk import InvalidRequest
from tests.fuzz.effort import examples
from tests.sim.mariadb import ROOT, ROOT_PASSWORD, Mariadb

PLUGIN = "mysql-database-plugin"
HARD = "a@b:/?#[]%{}'\"\\!é`;-- "
CREATE = ("CREATE USER '{{name}}'@'%' IDENTIFIED BY '{{password}}'; GRANT SELECT ON shop.* TO '{{username}}'@'%';",)


def credential(password: str = HARD) -> Credential:
    """A password."""
    return Credential(password=password)


def account(name: str, password: str = HARD) -> Account:
    """A user to make."""
    return Account(name, credential(password), 2_000_000_000.0)


def session(server: Mariadb, user: str = ROOT, password: str = ROOT_PASSWORD, **details: Any) -> Any:
    """A session of the driver."""
    driver = MysqlDriver()
    stored = driver.check(PLUGIN, {"connection_url": server.url, **details})
    opened = driver.open(Target("shop", PLUGIN, stored, user, password))
    _opened.append(opened)
    return opened


_opened: list[Any] = []


def run(work: Coroutine[Any, Any, Any]) -> Any:
    """The result.  Sessions that were opened for it are closed."""

    async def go() -> Any:
        try:
            return await work
        finally:
            while _opened:
                await _opened.pop().close()

    return asyncio.run(go())


def fails(kind: type[Exception], work: Coroutine[Any, Any, Any]) -> str:
    """The text of the error that some work ends in."""
    with pytest.raises(kind) as caught:
        run(work)
    assert type(caught.value) is kind or kind is UpstreamFailed
    return str(caught.value)


@pytest.mark.parametrize("name", ["v-app-1", HARD.strip()[:20]])
def test_the_round_of_a_user(mariadb: Mariadb, name: str) -> None:
    """Made, logged in, changed, dropped with an open session, dropped again; nothing is left."""

    async def go() -> None:
        asked = session(mariadb)
        await asked.ping()
        await asked.create(account(name), CREATE, ())
        assert mariadb.users() == {name}
        assert await asked.logs_in(name, credential())
        assert not await asked.logs_in(name, credential("wrong"))
        with contextlib.closing(mariadb.connect(name, HARD)) as opened:
            opened.query("SELECT * FROM shop.orders")
            await asked.renew(account(name), ())
            await asked.change(name, credential(HARD * 2), ())
            assert not mariadb.logs_in(name, HARD)
            assert mariadb.logs_in(name, HARD * 2)
            await asked.drop(name, ())
            with pytest.raises(pymysql.err.Error):
                opened.query("SELECT 1")
        assert not mariadb.logs_in(name, HARD * 2)
        await asked.drop(name, ())

    run(go())
    assert mariadb.users() == set()


def test_the_own_password_is_changed_for_the_account_that_logs_in(mariadb: Mariadb) -> None:
    """Another account of the same name, which people log in by from elsewhere, stays as it is."""
    mariadb.ask("CREATE USER boss@'%%' IDENTIFIED BY 'old'")
    mariadb.ask("CREATE USER boss@'10.1.2.3' IDENTIFIED BY 'other'")

    async def go() -> None:
        own = session(mariadb, "boss", "old")
        await own.change("boss", credential("new"), ())
        await own.ping()
        assert await own.logs_in("boss", credential("new"))
        assert not await own.logs_in("boss", credential("old"))

    run(go())
    hashes = dict(mariadb.ask("SELECT Host, authentication_string FROM mysql.user WHERE User = 'boss'"))
    (expected,) = mariadb.ask("SELECT PASSWORD('other')")[0]
    assert hashes["10.1.2.3"] == expected


def test_a_user_of_other_hosts_is_changed_and_dropped_at_all_of_them(mariadb: Mariadb) -> None:
    """Statements of roles may name hosts; the default has to find them."""

    async def go() -> None:
        asked = session(mariadb)
        await asked.create(
            account("app"),
            ("CREATE USER '{{name}}'@'127.0.0.1' IDENTIFIED BY 'x', '{{name}}'@'10.%' IDENTIFIED BY 'x'",),
            (),
        )
        await asked.change("app", credential("new"), ())
        assert mariadb.logs_in("app", "new")
        await asked.drop("app", ())

    run(go())
    assert mariadb.users() == set()


def test_statements_of_roles_replace_those_of_the_driver(mariadb: Mariadb) -> None:
    """For changing and dropping.  A user that isn't there counts as dropped by each of them."""
    both = ("REVOKE ALL PRIVILEGES, GRANT OPTION FROM '{{name}}'@'%'; DROP USER '{{username}}'@'%'",)

    async def go() -> None:
        asked = session(mariadb)
        await asked.create(account("app", "old"), CREATE, ())
        await asked.change("app", credential(HARD), ("SET PASSWORD FOR '{{username}}'@'%' = PASSWORD('{{password}}')",))
        assert mariadb.logs_in("app", HARD)
        await asked.drop("app", both)
        await asked.drop("app", both)
        await asked.drop("app", ("ALTER USER '{{name}}'@'%' ACCOUNT LOCK",))

    run(go())
    assert mariadb.users() == set()


def test_a_revocation_that_only_locks_leaves_the_user_without_sessions(mariadb: Mariadb) -> None:
    """It is what the role says; who was logged in isn't any more."""

    async def go() -> None:
        asked = session(mariadb)
        await asked.create(account("app"), CREATE, ())
        with contextlib.closing(mariadb.connect("app", HARD)) as opened:
            await asked.drop("app", ("ALTER USER '{{name}}'@'%' ACCOUNT LOCK",))
            with pytest.raises(pymysql.err.Error):
                opened.query("SELECT 1")
        with pytest.raises(Unreachable, match="locked"):
            await asked.logs_in("app", credential())

    run(go())
    assert mariadb.users() == {"app"}


@pytest.mark.parametrize(
    "statements",
    [
        (*CREATE, "GRANT SELECT ON"),
        (*CREATE, "GRANT SELECT ON shop.orders TO nobody@nowhere"),
        (*CREATE, "INSERT INTO shop.orders VALUES ('canary')"),
    ],
)
def test_what_fails_half_way_is_undone_and_says_which_statement(mariadb: Mariadb, statements: tuple[str, ...]) -> None:
    """The error repeats no statement."""
    text = fails(UpstreamFailed, session(mariadb).create(account("app"), statements, ()))
    assert "statement 3 of 3" in text
    assert HARD not in text
    assert "canary" not in text
    assert mariadb.users() == set()


def test_rollback_statements_are_executed_instead_of_the_default(mariadb: Mariadb) -> None:
    """They see the same names."""
    undo = ("RENAME USER '{{name}}'@'%' TO 'undone'@'%'",)
    fails(UpstreamFailed, session(mariadb).create(account("app"), (*CREATE, "GRANT"), undo))
    assert mariadb.users() == {"undone"}


def test_a_user_that_is_there_already_is_not_undone(mariadb: Mariadb) -> None:
    """The first statement failed, so this creation has made nothing: the user is somebody else's."""
    mariadb.ask("CREATE USER app IDENTIFIED BY 'theirs'")
    assert "error 1396" in fails(UpstreamFailed, session(mariadb).create(account("app"), CREATE, ()))
    assert mariadb.logs_in("app", "theirs")


def test_statements_that_cant_be_prepared_are_executed(mariadb: Mariadb) -> None:
    """Some about users can't, and PREPARE itself can't."""
    statements = (
        *CREATE,
        "PREPARE s FROM 'SELECT 1'; EXECUTE s; DEALLOCATE PREPARE s",
        "BEGIN NOT ATOMIC SELECT 1; END",
    )
    run(session(mariadb).create(account("app"), statements, ()))
    assert mariadb.logs_in("app", HARD)


def test_a_users_rights_may_be_few(mariadb: Mariadb) -> None:
    """CREATE USER is enough to make and to drop; what can't be seen or ended is left."""
    mariadb.ask("CREATE USER small IDENTIFIED BY 'small'")
    mariadb.ask("GRANT CREATE USER ON *.* TO small")

    async def go() -> None:
        asked = session(mariadb, "small", "small")
        await asked.create(account("app"), ("CREATE USER '{{name}}'@'%' IDENTIFIED BY '{{password}}'",), ())
        await asked.drop("app", ())
        await asked.drop("app", ())
        await asked.create(account("app"), ("CREATE USER '{{name}}'@'%' IDENTIFIED BY '{{password}}'",), ())
        mariadb.ask("GRANT SELECT ON shop.* TO app")
        with pytest.raises(UpstreamFailed, match="statement 1 of 1"):
            await asked.drop("app", ("REVOKE SELECT ON shop.* FROM '{{name}}'@'%'",))
        with pytest.raises(UpstreamFailed, match="statement 2 of 2"):
            await asked.create(account("b"), CREATE, ())

    run(go())
    assert mariadb.users() == {"small", "app"}


@pytest.mark.parametrize("mode", ["ANSI_QUOTES", "NO_BACKSLASH_ESCAPES", "ANSI_QUOTES,NO_BACKSLASH_ESCAPES"])
def test_passwords_stay_within_their_quotes_in_each_mode(mariadb: Mariadb, mode: str) -> None:
    """The mode of the session says what a backslash is."""
    asked = session(mariadb, connection_url=f"{mariadb.url}?sql_mode=%27{mode}%27")
    run(asked.create(account("app"), CREATE, ()))
    assert mariadb.logs_in("app", HARD)


def test_a_certificate_is_asked_of_a_user(mariadb: Mariadb) -> None:
    """Who shows one of that subject gets in, and nobody else."""
    statements = ("CREATE USER '{{name}}'@'%' REQUIRE SUBJECT '{{subject}}'",)
    made = Account("app", Credential(type="client_certificate", subject="CN=client"), 0.0)
    run(session(mariadb).create(made, statements, ()))
    shows = {"ssl_ca": str(mariadb.ca.cert), "ssl_cert": str(mariadb.client.cert), "ssl_key": str(mariadb.client.key)}
    mariadb.connect("app", "", **shows).close()
    assert not mariadb.logs_in("app", "")
    changed = Credential(type="client_certificate", subject="CN=another")
    run(session(mariadb).change("app", changed, ()))
    with pytest.raises(pymysql.err.OperationalError):
        mariadb.connect("app", "", **shows)
    with pytest.raises(Unreachable, match="certificate"):
        run(session(mariadb).logs_in("app", changed))


def test_keys_are_no_credential_here() -> None:
    """The engine offers what the driver has."""
    assert set(MysqlDriver.credential_types) == {"password", "client_certificate"}


def test_tls_is_verified_by_authority_and_name(mariadb: Mariadb) -> None:
    """A certificate that isn't accepted is a refusal, not silence."""
    by_name = mariadb.url.replace("127.0.0.1", "localhost")
    ca = mariadb.ca_pem
    own = mariadb.client.cert.read_text() + mariadb.client.key.read_text()

    async def ping(**details: Any) -> None:
        asked = session(mariadb, **details)
        await asked.ping()

    run(ping(connection_url=by_name, tls_ca=ca, tls_certificate_key=own))
    run(ping(tls_ca=ca, tls_server_name="localhost"))
    run(ping(connection_url=mariadb.url + "?tls=skip-verify"))
    run(ping(connection_url=mariadb.url + "?tls=preferred"))
    run(ping(connection_url=f"{{{{username}}}}:{{{{password}}}}@unix({mariadb.socket})/shop"))
    assert "certificate" in fails(UpstreamFailed, ping(connection_url=by_name + "?tls=true"))
    assert "certificate" in fails(UpstreamFailed, ping(tls_ca=ca, tls_server_name="elsewhere"))


def test_the_next_address_is_asked_where_one_does_not_answer(mariadb: Mariadb) -> None:
    """One that refuses is the last."""
    hosts = f"tcp(127.0.0.1:1,127.0.0.1:{mariadb.port})"
    url = f"{{{{username}}}}:{{{{password}}}}@{hosts}/"
    run(session(mariadb, connection_url=url).ping())
    assert "1045" in fails(UpstreamFailed, session(mariadb, ROOT, "wrong", connection_url=url).ping())
    nobody = "{{username}}:{{password}}@tcp(127.0.0.1:1)/"
    assert "127.0.0.1 port 1" in fails(Unreachable, session(mariadb, connection_url=nobody).ping())


def test_many_at_once_share_a_bounded_number_of_connections(mariadb: Mariadb) -> None:
    """Four, unless configured."""

    async def go() -> int:
        asked = session(mariadb)
        await asyncio.gather(*(asked.create(account(f"app{n}"), CREATE, ()) for n in range(24)))
        open_ = mariadb.ask("SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE USER = %s", ROOT)[0][0]
        await asyncio.gather(*(asked.drop(f"app{n}", ()) for n in range(24)))
        return int(open_) - 1

    assert 1 <= run(go()) <= 4
    assert mariadb.users() == set()


def test_a_server_that_was_killed_is_asked_on_a_new_connection(mariadb: Mariadb) -> None:
    """Silence while it is away, and no error of an old connection when it is back."""

    async def go() -> None:
        asked = session(mariadb)
        await asked.create(account("app"), CREATE, ())
        mariadb.kill()
        with pytest.raises(Unreachable):
            await asked.ping()
        with pytest.raises(Unreachable):
            await asked.logs_in("app", credential())
        mariadb.start()
        await asked.drop("app", ())

    run(go())
    assert mariadb.users() == set()


def test_an_empty_creation_is_refused(mariadb: Mariadb) -> None:
    """There is no default: rights are the operator's matter."""
    assert "empty creation statements" in fails(InvalidRequest, session(mariadb).create(account("app"), (), ()))


TEMPLATE = (
    "SELECT {middle}, '{{{{p}}}}' /* '{{{{p}}}}; */ , 'a''{{{{p}}}}b' -- '; x\n, `x{{{{p}}}}x` "
    "FROM (SELECT '{{{{p}}}}' AS `x{{{{p}}}}x`) t # ;"
)


@pytest.mark.parametrize("mode", ["", "ANSI_QUOTES", "NO_BACKSLASH_ESCAPES", "ANSI_QUOTES,NO_BACKSLASH_ESCAPES"])
def test_the_server_reads_back_whatever_was_written_into_quotes(mariadb: Mariadb, mode: str) -> None:
    """In each kind of quotes, beside comments: our lexer and the server's agree where they end."""
    with contextlib.closing(mariadb.connect(charset="utf8mb4", sql_mode=mode)) as connection:
        signs = quoting(connection)
        assert (signs.ansi_quotes, signs.no_backslash_escapes) == ("ANSI" in mode, "NO_" in mode)
        (statement,) = cut([TEMPLATE.format(middle="'{{p}}'" if signs.ansi_quotes else '"{{p}}"')], signs)

        @settings(max_examples=examples(60), deadline=None, database=None)
        @given(st.text(alphabet="ab'\"`\\;-#/*%{}é€ \n\t", max_size=20))
        def reads_back(value: str) -> None:
            with connection.cursor() as cursor:
                cursor.execute(filled(statement, {"p": value}, signs))
                (row,) = cursor.fetchall()
            assert row == (value, value, f"a'{value}b", value)

        reads_back()
