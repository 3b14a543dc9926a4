"""The connection URL of a PostgreSQL store: dialects, passwords, and errors that show neither."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.lib.postgresql.connection_url import UrlError, parse_connection_url


@pytest.mark.parametrize(
    ("url", "parameters"),
    [
        (
            "postgres://u:p@ss@w0rd@h:5433/db",
            {"user": "u", "password": "p@ss@w0rd", "host": "h", "port": "5433", "dbname": "db"},
        ),
        ("postgresql://u:p%40%2F%3F%25@h/db", {"user": "u", "password": "p@/?%", "host": "h", "dbname": "db"}),
        ("POSTGRES://u:a:b#c@h", {"user": "u", "password": "a:b#c", "host": "h"}),
        ("postgres://u@server:pw@h", {"user": "u@server", "password": "pw", "host": "h"}),
        ("postgres://u:@h/db", {"user": "u", "host": "h", "dbname": "db"}),
        ("postgres://u@h1:1,[::1]:2,h3/db", {"user": "u", "host": "h1,::1,h3", "port": "1,2,", "dbname": "db"}),
        ("postgres://%2Frun%2Fpg/db", {"host": "/run/pg", "dbname": "db"}),
        (
            "postgres:///db?host=/run/pg&user=u&password=a%26b",
            {"host": "/run/pg", "user": "u", "password": "a&b", "dbname": "db"},
        ),
        ("postgres://h/?database=d&ssl=true", {"host": "h", "dbname": "d", "sslmode": "require"}),
        ("postgres://h?options=-c+search_path%3Da", {"host": "h", "options": "-c search_path=a"}),
        (
            "host=/run/pg user = u password='a b\\'c\\\\' dbname=d",
            {"host": "/run/pg", "user": "u", "password": "a b'c\\", "dbname": "d"},
        ),
        (
            "postgres://h?sslmode=verify-full&sslrootcert=/ca&connect_timeout=3&application_name=a@b"
            "&target_session_attrs=any",
            {
                "host": "h",
                "sslmode": "verify-full",
                "sslrootcert": "/ca",
                "connect_timeout": "3",
                "application_name": "a@b",
                "target_session_attrs": "any",
            },
        ),
    ],
)
def test_urls_and_keywords_of_every_driver_are_read(url: str, parameters: dict[str, str]) -> None:
    """The last `@` before the host ends the password; hosts, sockets and keywords are libpq's."""
    assert parse_connection_url(url).parameters == parameters


def test_what_other_drivers_take_works_or_is_passed_over() -> None:
    """Settings of the session are given to the server, those of another driver have no effect."""
    found = parse_connection_url(
        "postgres://h/db?search_path=a,b&statement_timeout=5000&lock_timeout=0&pool_max_conns=9&binary_parameters=yes"
        "&default_query_exec_mode=exec&TimeZone=UTC"
    )
    assert found.session == {"search_path": "a,b", "statement_timeout": "5000", "timezone": "UTC"}
    assert found.without_effect == ("pool_max_conns", "binary_parameters", "default_query_exec_mode")


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("postgres://h/db?sslmod=require", "the parameter sslmod is unknown: did you mean `sslmode`?"),
        ("host=h frobnicate=1", "the parameter frobnicate is unknown"),
        ("postgres://h?sslmode=on", "sslmode has to be one of disable"),
    ],
)
def test_an_unknown_parameter_is_refused_by_name(url: str, told: str) -> None:
    """With the one that may be meant."""
    with pytest.raises(UrlError) as caught:
        parse_connection_url(url)
    assert told in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "postgres://u:can/ary@h/db",
        "postgres://u:can?ary@h/db",
        "postgres://u:can?ary=y@h/db",
        "postgres://u:a@can/ary@h",
        "postgres://u:1/can?ary=b@h",
        "postgres://u:can%ary@h/db",
        "postgres://u:x@h:canary/db",
        "postgres://u:x@ca:n:ary",
        "postgres://h?password=can&ary=x",
        "password=can ary host=h",
        "password=can ary=x host=h",
        "password='canary",
        "canary",
        "postgres://u:a@b?canary=x@h",
    ],
)
def test_no_error_holds_a_part_of_a_password(url: str) -> None:
    """A password that isn't escaped spills over into hosts, ports and parameters, and is shown as none of them."""
    with pytest.raises(UrlError) as caught:
        parse_connection_url(url)
    assert "can" not in str(caught.value).lower()
    assert "ary" not in str(caught.value).lower()


@given(st.text(st.characters(exclude_characters="\0/?%", exclude_categories=["Cs"]), min_size=1))
def test_every_password_without_a_slash_question_mark_or_percent_is_read_as_it_is(password: str) -> None:
    """Whatever signs it holds."""
    found = parse_connection_url(f"postgres://u:{password}@h:1/d?sslmode=disable")
    assert found.parameters["password"] == password
    assert found.parameters["host"] == "h"
    assert password not in repr(found) or len(password) < 20


@given(st.text(max_size=40) | st.text("postgres:/@?&=%,[]'\\ ahw", max_size=40).map("postgres://".__add__))
def test_whatever_is_written_is_read_or_refused(text: str) -> None:
    """Nothing but `UrlError` is raised."""
    try:
        parse_connection_url(text)
    except UrlError as error:
        assert str(error)
