"""What a connection is configured with, and what of it is kept apart."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from strongroom.engines.database.driver import Target
from strongroom.engines.database.drivers.mysql import MysqlDriver
from strongroom.engines.database.drivers.mysql.pool import MOST_OPEN, sizes
from strongroom.engines.database.drivers.mysql.refusals import LoginRefused, meaning
from strongroom.engines.database.drivers.mysql.session import login_of
from strongroom.lib.errors import Unreachable, UpstreamFailed
from strongroom.sdk import InvalidRequest
from tests.conformance.listener.certificates import make

HARD = "a@b:/?#[]%{}'\"\\!é"
PLUGIN = "mysql-database-plugin"


def check(**details: Any) -> dict[str, Any]:
    """The stored details."""
    return MysqlDriver().check(PLUGIN, details)


def login(details: dict[str, Any], username: str = "", password: str = "") -> tuple[str, str]:
    """The name and the password that are sent."""
    found = login_of(Target("c", PLUGIN, details, username, password))
    return found.user, found.password


def test_a_password_is_put_in_after_the_name_was_read() -> None:
    """No character of it means anything."""
    assert login(check(connection_url="{{username}}:{{password}}@tcp(db)/"), HARD, HARD) == (HARD, HARD)


def test_a_password_of_the_url_is_stored_apart_and_never_shown() -> None:
    """What is shown can be written back, and nothing is lost."""
    stored = check(connection_url=f"root:{HARD}@tcp(db)/")
    assert stored["connection_url"] == "root:*****@tcp(db)/"
    assert stored["url_password"] == HARD
    assert "url_password" in MysqlDriver.secret_details
    again = MysqlDriver().check(PLUGIN, stored)
    assert again == stored
    assert MysqlDriver().check(PLUGIN, {**stored, "connection_url": "root:xxxxx@tcp(db)/"}) == stored
    assert login(again) == ("root", HARD)
    replaced = check(**{**stored, "connection_url": "root:{{password}}@tcp(db)/"})
    assert "url_password" not in replaced
    assert login(replaced, "", "new") == ("root", "new")


@pytest.mark.parametrize(
    ("details", "text"),
    [
        ({}, "connection_url cannot be empty"),
        ({"connection_url": "a:b@tcp(db)/?tls=own"}, "tls"),
        ({"connection_url": "a:b@tcp(db)/?charset=a'b"}, "charset"),
        ({"connection_url": "a:b@tcp(db)/", "tls_ca": "none"}, "failed to append CA"),
        ({"connection_url": "a:b@tcp(db)/", "tls_certificate_key": "none"}, "unable to load tls_certificate_key"),
        ({"connection_url": "a:b@tcp(db)/", "tls_ca": "x" * 70_000}, "longer than"),
    ],
)
def test_what_cant_work_is_refused_at_once(details: dict[str, Any], text: str) -> None:
    """And not when a user is needed."""
    with pytest.raises(InvalidRequest, match=text):
        check(**details)


def test_a_server_is_verified_unless_that_is_turned_off(tmp_path: Path) -> None:
    """By an authority, or by the parameter tls."""
    ca = make(tmp_path, "ca", authority=True)
    pair = make(tmp_path, "app", ca)
    pem = pair.cert.read_text() + pair.key.read_text()
    url = "a:b@tcp(db)/"

    def tls(**details: Any) -> tuple[bool, bool] | None:
        found = login_of(Target("c", PLUGIN, check(**details), "", "")).tls
        return found and (found.verify, found.required)

    assert tls(connection_url=url) is None
    assert tls(connection_url=url, tls_ca=ca.cert.read_text()) == (True, True)
    assert tls(connection_url=url, tls_certificate_key=pem) == (True, True)
    assert tls(connection_url=url + "?tls=true") == (True, True)
    assert tls(connection_url=url + "?tls=skip-verify") == (False, True)
    assert tls(connection_url=url + "?tls=preferred") == (False, False)
    assert tls(connection_url=url, tls_ca=ca.cert.read_text(), tls_skip_verify="true") == (False, True)


def test_templates_of_names_are_those_of_each_plugin() -> None:
    """32 characters, or 16 for older servers."""
    driver = MysqlDriver()
    assert driver.names[0] == PLUGIN
    assert "truncate 32" in driver.username_template(PLUGIN)
    assert all("truncate 16" in driver.username_template(name) for name in driver.names[1:])


def test_pools_have_bounds() -> None:
    """Zero means the default, negative none or the most there is."""
    assert sizes(0, 0) == (4, 4)
    assert sizes(2, 5) == (2, 2)
    assert sizes(8, -1) == (8, 0)
    assert sizes(-1, 0) == (MOST_OPEN, MOST_OPEN)


@pytest.mark.parametrize(
    ("error", "kind", "text"),
    [
        (Exception(1064, "near 'canary'"), UpstreamFailed, "can't read"),
        (Exception(1366, "Incorrect value: 'canary'"), UpstreamFailed, "error 1366"),
        (Exception(1227, "Access denied; you need SUPER"), UpstreamFailed, "you need SUPER"),
        (Exception(1045, "Access denied for user 'x'"), LoginRefused, "Access denied"),
        (Exception(2013, "canary"), Unreachable, "lost"),
        (Exception(1040, "canary"), Unreachable, "too many"),
        (Exception(), Unreachable, "error 0"),
        (ConnectionRefusedError(111, "canary"), Unreachable, "Connection refused"),
    ],
)
def test_errors_tell_silence_from_refusal_and_repeat_no_statement(
    error: Exception, kind: type[Exception], text: str
) -> None:
    """A text of the server may hold a password."""
    found = meaning(error, "db:3306", "statement 1 of 2")
    assert type(found) is kind
    assert text in found.text
    assert "canary" not in found.text
