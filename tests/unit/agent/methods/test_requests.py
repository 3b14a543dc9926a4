"""What each method sends, and what it leaves behind: as the peer's agent does it, which was recorded."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

import pytest

from strongroom.agent.methods.method import GONE
from strongroom.client.errors import by_status
from strongroom.client.login.error import LoginError
from strongroom.client.settings import Tls
from tests.unit.agent.methods.making import Answers, make, request_of

WRAPPING_PATH = "auth/approle/role/shop/secret-id"


@pytest.mark.parametrize(
    ("type_", "options", "files", "path", "body", "left"),
    [
        (
            "approle",
            'role_id_file_path = "@/role", secret_id_file_path = "@/secret"',
            {"role": " role-1\n", "secret": "secret-1\n"},
            "auth/approle/login",
            {"role_id": "role-1", "secret_id": "secret-1"},
            ["role"],
        ),
        (
            "approle",
            'role_id_file_path = "@/role", secret_id_file_path = "@/secret", '
            'remove_secret_id_file_after_reading = "false"',
            {"role": "role-1", "secret": "secret-1"},
            "auth/approle/login",
            {"role_id": "role-1", "secret_id": "secret-1"},
            ["role", "secret"],
        ),
        ("approle", 'role_id_file_path = "@/role"', {"role": "r"}, "auth/approle/login", {"role_id": "r"}, ["role"]),
        (
            "jwt",
            'path = "@/jwt", role = "web"',
            {"jwt": "a.b.c\n"},
            "auth/jwt/login",
            {"jwt": "a.b.c", "role": "web"},
            [],
        ),
        (
            "jwt",
            'path = "@/jwt", role = "web", remove_jwt_after_reading = false',
            {"jwt": "a.b.c"},
            "auth/jwt/login",
            {"jwt": "a.b.c", "role": "web"},
            ["jwt"],
        ),
        (
            "kubernetes",
            'token_path = "@/token", role = "web"',
            {"token": "k.t.x\n"},
            "auth/kubernetes/login",
            {"jwt": "k.t.x", "role": "web"},
            ["token"],
        ),
        (
            "userpass",
            'username = "eva", password_file_path = "@/password"',
            {"password": " pass word \n"},
            "auth/userpass/login/eva",
            {"password": " pass word "},
            [],
        ),
        (
            "ldap",
            'username = "eva", password_file_path = "@/password", remove_password_after_reading = false',
            {"password": "p\r\n"},
            "auth/ldap/login/eva",
            {"password": "p"},
            ["password"],
        ),
        ("cert", 'name = "web"', {}, "auth/cert/login", {"name": "web"}, []),
        ("cert", "", {}, "auth/cert/login", {}, []),
    ],
)
def test_what_is_sent(
    tmp_path: Path, type_: str, options: str, files: dict[str, str], path: str, body: dict[str, str], left: list[str]
) -> None:
    """Path and body are those of the peer's agent, and what is to be removed has gone."""
    for name, content in files.items():
        (tmp_path / name).write_text(content)
    request = request_of(make(type_, options, tmp_path))
    assert (request.path, request.body, request.token) == (path, body, "")
    assert sorted(file.name for file in tmp_path.iterdir()) == left


def test_another_mount(tmp_path: Path) -> None:
    """A mount path with slashes around it names the same mount."""
    (tmp_path / "role").write_text("r")
    method = make("approle", 'role_id_file_path = "@/role"', tmp_path, more='mount_path = "/auth/machines/"')
    assert request_of(method).path == "auth/machines/login"


def test_a_tokens_file(tmp_path: Path) -> None:
    """The token of a file is looked up by itself, and stays there."""
    (tmp_path / "token").write_text("hvs.mine\n")
    request = request_of(make("token_file", 'token_file_path = "@/token"', tmp_path))
    assert (request.path, request.token) == ("auth/token/lookup-self", "hvs.mine")
    assert (tmp_path / "token").exists()
    assert "hvs.mine" not in repr(request)


@pytest.mark.parametrize(("follows", "left"), [(False, ["jwt"]), (True, ["link"])])
def test_which_end_of_a_link_is_removed(tmp_path: Path, follows: bool, left: list[str]) -> None:
    """By default the link goes, and with the option what it leads to."""
    (tmp_path / "jwt").write_text("a.b.c")
    (tmp_path / "link").symlink_to(tmp_path / "jwt")
    options = f'path = "@/link", role = "web", remove_jwt_follows_symlinks = {str(follows).lower()}'
    request_of(make("jwt", options, tmp_path))
    assert [file.name for file in tmp_path.iterdir()] == left


def _wrapped(creation_path: str, data: Any = None) -> Answers:
    return Answers(
        {
            "GET sys/wrapping/lookup": {"data": {"creation_path": creation_path}},
            "PUT sys/wrapping/unwrap": {"data": data or {"secret_id": "inner"}},
        }
    )


WRAPPED = (
    'role_id_file_path = "@/role", secret_id_file_path = "@/secret", '
    f'secret_id_response_wrapping_path = "{WRAPPING_PATH}"'
)


@pytest.mark.parametrize("removes", [True, False])
def test_a_wrapped_secret_id(tmp_path: Path, removes: bool) -> None:
    """The wrapping token is looked up, opened once, and what was in it is used again at the next login."""
    (tmp_path / "role").write_text("r")
    (tmp_path / "secret").write_text("wrapping\n")
    server = _wrapped(WRAPPING_PATH)
    removed = f", remove_secret_id_file_after_reading = {str(removes).lower()}"
    method = make("approle", WRAPPED + removed, tmp_path, server=server)
    for _ in range(2):
        assert request_of(method).body == {"role_id": "r", "secret_id": "inner"}
    assert server.asked == [("GET sys/wrapping/lookup", "wrapping"), ("PUT sys/wrapping/unwrap", "wrapping")]
    assert (tmp_path / "secret").exists() is not removes


def test_slashes_around_a_path_say_nothing(tmp_path: Path) -> None:
    """The path where a secret id was wrapped may be written with slashes around it."""
    (tmp_path / "role").write_text("r")
    (tmp_path / "secret").write_text("wrapping")
    options = WRAPPED.replace(WRAPPING_PATH, f"/{WRAPPING_PATH}/")
    method = make("approle", options, tmp_path, server=_wrapped(f"{WRAPPING_PATH}/"))
    assert request_of(method).body["secret_id"] == "inner"


def test_an_opened_wrapping_token_is_gone(tmp_path: Path) -> None:
    """A wrapping token that was opened is removed at once: whatever becomes of the login, nobody can use it again."""
    (tmp_path / "role").write_text("r")
    (tmp_path / "secret").write_text("wrapping")
    asyncio.run(make("approle", WRAPPED, tmp_path, server=_wrapped(WRAPPING_PATH)).login())
    assert not (tmp_path / "secret").exists()


@pytest.mark.parametrize("newer", ["role", "secret"])
def test_the_newer_of_two(tmp_path: Path, newer: str) -> None:
    """Another role id is something new, too."""
    for name in ("role", "secret"):
        (tmp_path / name).write_text("x")
        os.utime(tmp_path / name, (2000, 2000) if name == newer else (1000, 1000))
    method = make("approle", 'role_id_file_path = "@/role", secret_id_file_path = "@/secret"', tmp_path)
    assert method.given_at == 2000


@pytest.mark.parametrize("found", ["sys/wrapping/wrap", "auth/approle/role/other/secret-id", ""])
def test_an_exchanged_wrapping_token(tmp_path: Path, found: str) -> None:
    """A token that was wrapped at another path is neither opened nor removed."""
    (tmp_path / "role").write_text("r")
    (tmp_path / "secret").write_text("wrapping")
    server = _wrapped(found)
    with pytest.raises(LoginError, match="may have been exchanged"):
        request_of(make("approle", WRAPPED, tmp_path, server=server))
    assert [asked for asked, _ in server.asked] == ["GET sys/wrapping/lookup"]
    assert (tmp_path / "secret").exists()


def test_no_answer_about_a_wrapping_token(tmp_path: Path) -> None:
    """A wrapping token of which nothing is known isn't opened."""
    (tmp_path / "role").write_text("r")
    (tmp_path / "secret").write_text("wrapping")
    server = Answers({"GET sys/wrapping/lookup": None})
    with pytest.raises(LoginError, match="may have been exchanged"):
        request_of(make("approle", WRAPPED, tmp_path, server=server))


@pytest.mark.parametrize("status", [400, 403])
def test_a_wrapping_token_that_was_opened_before(tmp_path: Path, status: int) -> None:
    """Somebody was there first, or it has ended: that is told, and its file stays for whoever looks into it."""
    (tmp_path / "role").write_text("r")
    (tmp_path / "secret").write_text("wrapping")
    error = by_status(status)("GET", "http://vault/v1/sys/wrapping/lookup", status, errors=("no",), body="")
    server = Answers({"GET sys/wrapping/lookup": error})
    with pytest.raises(LoginError, match="somebody else has opened it"):
        request_of(make("approle", WRAPPED, tmp_path, server=server))
    assert (tmp_path / "secret").exists()


@pytest.mark.parametrize("inside", [{"role_id": "r"}, {"secret_id": ""}, {"secret_id": 7}, ["secret_id"]])
def test_something_else_was_wrapped(tmp_path: Path, inside: Any) -> None:
    """A wrapping token without a secret id in it says so."""
    (tmp_path / "role").write_text("r")
    (tmp_path / "secret").write_text("wrapping")
    with pytest.raises(LoginError, match="no secret id"):
        request_of(make("approle", WRAPPED, tmp_path, server=_wrapped(WRAPPING_PATH, inside)))


@pytest.mark.parametrize(
    ("type_", "options", "files", "given"),
    [
        ("approle", 'role_id_file_path = "@/role"', ["role"], None),
        ("approle", 'role_id_file_path = "@/role", secret_id_file_path = "@/secret"', ["role"], GONE),
        ("approle", 'role_id_file_path = "@/role", secret_id_file_path = "@/secret"', ["role", "secret"], "newer"),
        ("jwt", 'path = "@/jwt", role = "web"', [], GONE),
        ("jwt", 'path = "@/secret", role = "web"', ["secret"], "newer"),
        ("jwt", 'path = "@/secret", role = "web", remove_jwt_after_reading = false', ["secret"], None),
        ("userpass", 'username = "eva", password_file_path = "@/secret"', [], GONE),
        ("kubernetes", 'role = "web", token_path = "@/token"', [], None),
    ],
)
def test_what_a_login_uses_up(
    tmp_path: Path, type_: str, options: str, files: list[str], given: float | str | None
) -> None:
    """A method tells when that was given which a login uses up, or that it is gone."""
    for name in files:
        (tmp_path / name).write_text("x")
    expected = max((file.stat().st_mtime for file in tmp_path.iterdir()), default=0.0) if given == "newer" else given
    assert make(type_, options, tmp_path).given_at == expected


def test_a_certificate_of_its_own(tmp_path: Path) -> None:
    """What the method says of TLS comes before what holds for all requests; the rest stays."""
    tls = Tls(ca_path="/etc/authorities", server_name="vault.example", client_cert="/all.pem", client_key="/all.key")
    method = make("cert", 'ca_cert = "/ca.pem", client_cert = "/c.pem", client_key = "/c.key"', tls=tls)
    expected = Tls(ca_cert="/ca.pem", client_cert="/c.pem", client_key="/c.key", server_name="vault.example")
    assert request_of(method).tls == expected
    assert request_of(make("cert", "", tls=tls)).tls is None


def test_another_token_is_news(tmp_path: Path) -> None:
    """Something new is told once it stays the same; the same content again is no news, and is removed."""

    async def story() -> list[bool]:
        method = make("jwt", 'path = "@/jwt", role = "web"', tmp_path)
        file = tmp_path / "jwt"
        file.write_text("a.b.c")
        await method.login()
        await method.used()
        told = [await method.renewed()]
        file.write_text("a.b.c")
        told += [await method.renewed(), await method.renewed()]
        assert not file.exists()
        file.write_text("x.y.z")
        told += [await method.renewed(), await method.renewed()]
        assert (await method.login()).body["jwt"] == "x.y.z"
        return told

    assert asyncio.run(story()) == [False, False, False, False, True]
