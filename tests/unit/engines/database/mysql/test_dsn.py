"""Data source names as Go's driver has them."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.engines.database.drivers.mysql.dsn import Dsn, parse, without_password
from strongroom.sdk import InvalidRequest


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{username}}:{{password}}@tcp(db:1)/", Dsn("{{username}}", "{{password}}", (), (("db", 1),))),
        ("root:mysql@tcp(db)/shop", Dsn("root", "mysql", (), (("db", 3306),), "shop")),
        ("a:b@tcp(one:1,two,[::1]:3)/", Dsn("a", "b", (), (("one", 1), ("two", 3306), ("::1", 3)))),
        ("a@unix(/run/mysqld.sock)/", Dsn("a", "", ("/run/mysqld.sock",), ())),
        ("a:b:c@d/e@tcp(db:1)/f", Dsn("a", "b:c@d/e", (), (("db", 1),), "f")),
        ("a:b@/", Dsn("a", "b", (), (("127.0.0.1", 3306),))),
        ("a@tcp(db)/?tls=1&x=%27A%27", Dsn("a", "", (), (("db", 3306),), "", {"tls": "1", "x": "'A'"})),
        ("/", Dsn("", "", (), (("127.0.0.1", 3306),))),
    ],
)
def test_a_name_is_read_as_go_reads_it(text: str, expected: Dsn) -> None:
    """Passwords may hold each sign: the last slash, the last at sign and the first colon separate."""
    assert parse(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a:secret@tcp(db:3306)",
        "a:secret@udp(db)/",
        "a:secret@tcp(db:0)/",
        "a:secret@tcp(db:99999)/",
        "a:secret@tcp(db:1/",
        "a:secret@unix(relative)/",
        "a:secret@tcp(d b)/",
        "a:secret@tcp(db)/?a;b=1",
        "a:secret@tcp(" + ",".join(f"h{n}" for n in range(17)) + ")/",
        "a:secret@tcp(db)/" + "x" * 5000,
    ],
)
def test_what_is_none_is_refused_without_its_text(text: str) -> None:
    """The error doesn't repeat the password."""
    with pytest.raises(InvalidRequest) as caught:
        parse(text)
    assert "secret" not in caught.value.text
    assert "connection_url" in caught.value.text


def test_only_what_steers_the_server_is_a_variable() -> None:
    """Parameters of Go's client are known, and set nothing."""
    found = parse("a:b@tcp(db)/?parseTime=true&loc=US%2FPacific&wait_timeout=60&charset=utf8mb4")
    assert found.variables == {"wait_timeout": "60"}


@given(st.text(max_size=40))
def test_a_password_of_any_characters_is_taken_out_whole(password: str) -> None:
    """What is shown of a name holds nothing of its password."""
    text = f"root:{password}@tcp(db:3306)/shop"
    assert parse(text).password == password
    assert without_password(text, "*****") == "root:*****@tcp(db:3306)/shop"


@given(st.text(alphabet="a:@/()?&=,[]%{} 1'\\é\0", max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Nothing else is raised."""
    with contextlib.suppress(InvalidRequest):
        parse(text)
