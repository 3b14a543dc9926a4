"""What a connection's configuration means."""

from __future__ import annotations

from typing import Any

import pytest

from strongroom.engines.database.driver import Target
from strongroom.engines.database.drivers.postgresql import settings as postgresql
from strongroom.engines.database.masking import without_password
from strongroom.engines.database.records import Connection
from strongroom.engines.database.settings import check_details, may_use, pool_of, shown
from strongroom.engines.database.usernames import check as check_template
from strongroom.lib.errors import InvalidRequest


@pytest.mark.parametrize(
    ("allowed", "role", "may"),
    [
        ((), "a", False),
        (("",), "a", False),
        (("a",), "a", True),
        (("a",), "A", False),
        (("*",), "a", True),
        (("a*",), "ab", True),
        (("*b",), "ab", True),
        (("a*b*c",), "a-b-b-c", True),
        (("a*b*c",), "ac", False),
        (("aa*aa",), "aaa", False),
        (("a?",), "ab", False),
        (("[ab]",), "a", False),
        (("x", "a-*"), "a-1", True),
    ],
)
def test_roles_are_allowed_by_name_or_pattern(allowed: tuple[str, ...], role: str, *, may: bool) -> None:
    """An empty list allows none; only * is special."""
    connection = Connection(id="", revision="", plugin="x", allowed_roles=allowed)
    assert may_use(role, connection) is may


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://a:b@c/d", "postgresql://a:xxxxx@c/d"),
        ("postgresql://a:b@b:/@c/d", "postgresql://a:xxxxx@c/d"),
        ("postgresql://{{username}}:{{password}}@c/d", "postgresql://{{username}}:{{password}}@c/d"),
        ("postgresql://{{username}}:{{ password }}@c/d", "postgresql://{{username}}:{{ password }}@c/d"),
        ("postgresql://{{username}}@c/d", "postgresql://{{username}}@c/d"),
        ("a:b@tcp(c:3306)/d", "a:xxxxx@tcp(c:3306)/d"),
        ("{{username}}:{{password}}@tcp(c:3306)/", "{{username}}:{{password}}@tcp(c:3306)/"),
        ("host=c password=b user=a", "host=c password=xxxxx user=a"),
        ("host=c password='b \\' b' user=a", "host=c password=xxxxx user=a"),
        ("host=c password={{password}} user=a", "host=c password={{password}} user=a"),
        ("postgresql://c/d?user=a&password=b&x=y", "postgresql://c/d?user=a&password=xxxxx&x=y"),
        ("postgresql://c/d?user=a&password=b;c&x=y", "postgresql://c/d?user=a&password=xxxxx&x=y"),
        ("postgresql://c/d?pass%77ord=b", "postgresql://c/d?pass%77ord=xxxxx"),
        ("postgresql://c/d?scram_client_key=b", "postgresql://c/d?scram_client_key=xxxxx"),
        ("postgresql://a:b c@d/e", "postgresql://a:xxxxx@d/e"),
        ("postgresql://a#a a:b@c/d", "postgresql://a#a a:xxxxx@c/d"),
        ("postgresql://a:{{password}}b@c/d", "postgresql://a:xxxxx@c/d"),
        ("host=c password=b;c user=a", "host=c password=xxxxx user=a"),
        ("host=c password=b&c user=a", "host=c password=xxxxx user=a"),
        ("host=c password=b\\ c user=a", "host=c password=xxxxx user=a"),
        ("host=c password={{password}}b user=a", "host=c password=xxxxx user=a"),
    ],
)
def test_a_password_in_a_url_is_not_shown(url: str, shown: str) -> None:
    """However it is written; placeholders stay."""
    assert without_password(url) == shown


def test_sizes_of_a_pool() -> None:
    """As numbers or texts; 0 for four; a lifetime is a duration."""
    assert pool_of({}).max_open == 4
    given = {"max_open_connections": "7", "max_idle_connections": -1, "max_connection_lifetime": "10s"}
    sizes = pool_of(given)
    assert (sizes.max_open, sizes.max_idle, sizes.lifetime_s) == (7, -1, 10.0)


@pytest.mark.parametrize(
    "details",
    [
        {"max_open_connections": "x"},
        {"max_idle_connections": []},
        {"max_connection_lifetime": "zz"},
        {f"x{number}": 1 for number in range(65)},
        {"x": "y" * 300_000},
    ],
)
def test_details_that_cannot_be_kept_are_refused(details: dict[str, Any]) -> None:
    """With what is wrong."""
    with pytest.raises(InvalidRequest):
        check_details(details)


@pytest.mark.parametrize(
    ("template", "left"),
    [
        ("{{.RoleName}}", 0),
        ("{{.RoleName | truncate 8}}{{random 9}}", 9),
        ("{{.DisplayName}}{{random 20 | truncate 4}}", 4),
    ],
)
def test_templates_that_give_equal_names_are_refused(template: str, left: int) -> None:
    """With how many random characters the longest names leave."""
    with pytest.raises(InvalidRequest, match=f"leaves {left} random characters of the longest names, 10 needed"):
        check_template(template)


def test_a_template_with_enough_randomness_is_taken() -> None:
    """And one that is none isn't."""
    check_template("{{.RoleName | truncate 8}}-{{random 10}}")
    for template in ("{{", "{{.Nothing}}{{random 20}}", "{{random 20}}" + "x" * 300):
        with pytest.raises(InvalidRequest):
            check_template(template)


def _place(url: str, **details: Any) -> postgresql.Place:
    details = {"connection_url": url, **details}
    return postgresql.place_of(Target(name="", plugin="", details=details, username="u@x", password="p@/:%41"))


@pytest.mark.parametrize(
    ("url", "user", "password"),
    [
        ("postgresql://{{username}}:{{password}}@h/d", "u@x", "p@/:%41"),
        ("postgresql://{{username}}%40tenant:{{password}}@h/d", "u@x@tenant", "p@/:%41"),
        ("postgresql://h/d", "u@x", "p@/:%41"),
        ("postgresql://own:other@h/d", "own", "other"),
        ("host=h user={{username}} password={{password}}", "u@x", "p@/:%41"),
    ],
)
def test_name_and_password_are_handed_over_beside_the_url(url: str, user: str, password: str) -> None:
    """Never percent-encoded and read again."""
    parameters = _place(url).parameters
    assert (parameters["user"], parameters["password"]) == (user, password)


def test_connecting_has_a_time_for_all_hosts_together() -> None:
    """Each host gets a part; more than one asks for the primary."""
    assert _place("postgresql://h/d").parameters["connect_timeout"] == "5"
    several = _place("postgresql://a,b,c/d")
    assert (several.parameters["connect_timeout"], several.connect_s) == ("2", 6.0)
    assert several.parameters["target_session_attrs"] == "read-write"
    assert _place("postgresql://h/d?connect_timeout=600").parameters["connect_timeout"] == "5"


def test_files_of_this_machine_with_secrets_are_not_read() -> None:
    """Neither a file of passwords, nor a service; no keys are written."""
    assert _place("postgresql://h/d").parameters["passfile"] == "/dev/null"
    for name in ("passfile", "service", "servicefile", "sslkeylogfile", "sslpassword"):
        with pytest.raises(InvalidRequest, match=name):
            _place(f"postgresql://h/d?{name}=/x")


def test_authorities_without_a_mode_are_used() -> None:
    """`tls_ca` alone checks certificate and name."""
    assert _place("postgresql://h/d", tls_ca="x").parameters["sslmode"] == "verify-full"
    assert _place("postgresql://h/d?sslmode=verify-ca", tls_ca="x").parameters["sslmode"] == "verify-ca"


def test_a_password_is_not_said_to_whom_nobody_vouches_for() -> None:
    """Without a checked certificate the server has to prove that it knows the password; the URL can say otherwise."""
    assert _place("postgresql://h/d").parameters["require_auth"] == "!password"
    assert _place("postgresql://h/d?sslmode=require").parameters["require_auth"] == "!password"
    assert _place("postgresql://h/d?require_auth=password").parameters["require_auth"] == "password"
    assert "require_auth" not in _place("postgresql://h/d?sslmode=verify-full").parameters


@pytest.mark.parametrize(
    ("details", "text"),
    [
        ({}, "connection_url cannot be empty"),
        ({"connection_url": "postgresql://h/d", "auth_type": "gcp_iam"}, 'auth_type "gcp_iam" is not supported'),
        ({"connection_url": "postgresql://h/d", "password_authentication": "md5"}, "not a valid password auth"),
        ({"connection_url": "postgresql://h/d", "serialize": "x"}, "serialize may be"),
        ({"connection_url": "postgresql://h/d", "disable_escaping": "x"}, "bool"),
        ({"connection_url": "postgresql://h/d?unheard_of=1"}, "unheard_of"),
        ({"connection_url": ["x"]}, "connection_url"),
    ],
)
def test_what_postgresql_cannot_use_is_refused_in_clear_words(details: dict[str, Any], text: str) -> None:
    """When it is configured."""
    with pytest.raises(InvalidRequest) as refused:
        postgresql.checked(details)
    assert text in refused.value.text


def test_postgresql_keeps_what_it_knows() -> None:
    """Others would never be read, and the answer tells that."""
    given = {"connection_url": "postgresql://h/d", "serialize": "database", "connecton_url": "x"}
    assert postgresql.checked(given) == {"connection_url": "postgresql://h/d", "serialize": "database"}


@pytest.mark.parametrize(
    ("written", "answered"),
    [
        (
            {"max_open_connections": "5", "max_idle_connections": "-1", "port": "6379"},
            {"max_open_connections": 5, "max_idle_connections": -1, "port": 6379},
        ),
        (
            {"disable_escaping": "true", "tls": "false", "insecure_tls": "1"},
            {"disable_escaping": True, "tls": False, "insecure_tls": True},
        ),
        ({"disable_escaping": True, "tls": False}, {"disable_escaping": True, "tls": False}),
        ({"connect_timeout": "5s"}, {"connect_timeout": 5}),
        ({"max_connection_lifetime": 5}, {"max_connection_lifetime": "5s"}),
        ({"max_connection_lifetime": "60"}, {"max_connection_lifetime": "60s"}),
        ({"max_connection_lifetime": "1h"}, {"max_connection_lifetime": "1h"}),
        ({"disable_escaping": "maybe", "of_a_plugin": "5"}, {"disable_escaping": "maybe", "of_a_plugin": "5"}),
    ],
)
def test_details_are_shown_in_their_own_types(written: dict[str, Any], answered: dict[str, Any]) -> None:
    """However they were written: Terraform's provider ends with a panic for another type."""
    connection = Connection(id="", revision="", plugin="x", details=written)
    details = shown(connection, frozenset())["connection_details"]
    assert details == answered
    assert [type(value) for value in details.values()] == [type(value) for value in answered.values()]
