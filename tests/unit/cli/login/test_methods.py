"""What each method of `login` sends, where it takes it from, and what it says when something is missing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from strongroom.cli.login import table
from tests.unit.cli.login.running import login

SENT = [
    ("app-id", "app_id=a user_id=u", "login", {"app_id": "a", "user_id": "u"}),
    ("approle", "role_id=r secret_id=s", "login", {"role_id": "r", "secret_id": "s"}),
    ("azure", "role=r jwt=j vm_name=v", "login", {"role": "r", "jwt": "j", "vm_name": "v"}),
    ("cert", "name=web", "login", {"name": "web"}),
    ("gcp", "role=r jwt=j", "login", {"role": "r", "jwt": "j"}),
    ("github", "token=t", "login", {"token": "t"}),
    ("jwt", "role=r jwt=j", "login", {"role": "r", "jwt": "j"}),
    ("kubernetes", "role=r jwt=j", "login", {"role": "r", "jwt": "j"}),
    ("ldap", "username=eva password=p", "login/eva", {"password": "p"}),
    ("okta", "username=eva password=p nonce=n", "login/eva", {"password": "p", "nonce": "n"}),
    ("radius", "username=eva password=p", "login/eva", {"password": "p"}),
    ("userpass", "username=eva password=p", "login/eva", {"password": "p"}),
]


@pytest.mark.parametrize(("method", "words", "path", "body"), SENT, ids=[row[0] for row in SENT])
def test_a_login_sends_what_was_given(tmp_path: Path, method: str, words: str, path: str, body: object) -> None:
    """The request goes to the method's path below its mount and holds the given names and nothing else."""
    done, server = login(tmp_path, method, "-path=some/place", *words.split())
    assert done.returncode == 0, done.stderr
    assert server.asked == [f"PUT /v1/auth/some/place/{path}"]
    assert server.bodies == [body]


MISSING = [
    ("app-id", "app_id=a", "'user_id' must be specified"),
    ("approle", "", "'role_id' must be specified"),
    ("azure", "", "'role' must be specified"),
    ("gcp", "", "role is required"),
    ("github", "-non-interactive", "'token' must be specified and refusing to pull from stdin"),
    ("github", "", "file descriptor 0 is not a terminal"),
    ("jwt", "", "'jwt' must be specified"),
    ("kubernetes", "jwt=j", "'role' must be specified"),
    ("kubernetes", "role=r", "file descriptor 0 is not a terminal"),
    ("ldap", "", "'username' must be specified"),
    ("okta", "password=p", "'username' must be specified"),
    ("okta", "-non-interactive username=eva", "'password' must be specified and refusing to pull from stdin"),
    ("userpass", "username=eva", "file descriptor 0 is not a terminal"),
    ("aws", "aws_access_key_id=AKIA", "aws_access_key_id and aws_secret_access_key go together"),
    ("oidc", "port=x", "port must be a number from 0 to 65535, and not 'x'"),
    ("oidc", "callbackmode=both", "callbackmode must be client, direct or device, and not 'both'"),
    ("oidc", "show_qr=maybe", 'failed to parse value for "show_qr"'),
]


@pytest.mark.parametrize(("method", "words", "text"), MISSING, ids=[f"{row[0]} {row[1]}" for row in MISSING])
def test_what_is_missing_is_said_and_nothing_is_sent(tmp_path: Path, method: str, words: str, text: str) -> None:
    """The login ends with exit code 2 before a request, and names what it needs."""
    done, server = login(tmp_path, method, *words.split())
    assert (done.returncode, server.asked) == (2, [])
    assert text in done.stderr


@pytest.mark.parametrize("prefix", ["STRONGROOM_", "BAO_", "VAULT_"])
def test_variables_stand_for_what_is_not_given(tmp_path: Path, prefix: str) -> None:
    """GitHub's token and a directory's name and password may come from the environment."""
    done, server = login(tmp_path, "github", **{f"{prefix}AUTH_GITHUB_TOKEN": "t"})
    assert (done.returncode, server.bodies) == (0, [{"token": "t"}])
    variables = {f"{prefix}LDAP_USERNAME": "eva", f"{prefix}LDAP_PASSWORD": "p"}
    done, server = login(tmp_path, "ldap", **variables)
    assert (server.asked, server.bodies) == (["PUT /v1/auth/ldap/login/eva"], [{"password": "p"}])


def test_a_directory_knows_the_person_at_the_terminal(tmp_path: Path) -> None:
    """Without a name, `ldap` takes that of the session, and a given one counts before it."""
    _, server = login(tmp_path, "ldap", "password=p", LOGNAME="bob", USER="root")
    assert server.asked == ["PUT /v1/auth/ldap/login/bob"]
    _, server = login(tmp_path, "ldap", "username=eva", "password=p", LOGNAME="bob")
    assert server.asked == ["PUT /v1/auth/ldap/login/eva"]


@pytest.mark.parametrize("method", sorted(table.NOT_SERVED))
def test_a_method_that_is_not_served_is_said_to_be_none(tmp_path: Path, method: str) -> None:
    """Methods of other servers are refused with the list of those that there are."""
    done, server = login(tmp_path, method, "role=x")
    assert (done.returncode, server.asked) == (1, [])
    assert f"The auth method {method} isn't served here." in done.stderr
    assert "userpass" in done.stderr


def test_a_name_that_is_not_read_is_said(tmp_path: Path) -> None:
    """A mistyped name of a login that reads fixed names is said on standard error."""
    done, _ = login(tmp_path, "azure", "role=r", "jwt=j", "vmname=v")
    assert done.returncode == 0
    assert "Note: this login reads no 'vmname'. It reads: client_id," in done.stderr


def test_what_a_login_does_not_know_is_sent_and_said(tmp_path: Path) -> None:
    """A mistyped name of a login that passes names on is said too: `user` would log in the person at the terminal."""
    done, _ = login(tmp_path, "ldap", "user=eva", "password=p", USER="bob")
    assert "Note: this login usually takes password, username. 'user' is sent to the server as it is." in done.stderr


def test_a_name_given_twice_is_refused(tmp_path: Path) -> None:
    """Nobody can say which of two values counts."""
    done, server = login(tmp_path, "userpass", "username=eva", "password=a", "password=b")
    assert (done.returncode, server.asked) == (1, [])
    assert "'password' must be one text" in done.stderr


@pytest.mark.parametrize("name", table.names())
def test_every_method_explains_itself(name: str) -> None:
    """The help names the method, and every name that it reads with a sentence."""
    text = table.help_text(name)
    assert text.startswith("Usage: ")
    assert f"login -method={name}" in text
    meanings = re.findall(r"(?m)^  [\w]+=<\w+>\n      (.+)$", text)
    assert len(meanings) == len(re.findall(r"(?m)^  \w+=<", text))
    assert all(meaning.rstrip(")").endswith(".") or meaning.endswith(").") for meaning in meanings), meanings
