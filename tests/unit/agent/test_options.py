"""The options of methods and sinks: each error names the option, each unknown one is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from strongroom.agent.methods.table import METHODS
from strongroom.agent.options import account, permissions, seconds
from strongroom.server.config.reader import ConfigError
from tests.unit.agent.methods.making import make


@pytest.mark.parametrize(
    ("type_", "options", "error"),
    [
        ("approle", "", 'expected "role_id_file_path" in method "approle", found none'),
        (
            "approle",
            'role_id_file_path = ["r"]',
            'role_id_file_path in method "approle": expected a text, found a list',
        ),
        (
            "approle",
            'role_id_file_path = "r", remove_secret_id_file_after_reading = "perhaps"',
            'remove_secret_id_file_after_reading in method "approle": expected true or false, found "perhaps"',
        ),
        (
            "approle",
            'role_id_file_path = "r", secret_id_response_wrapping_path = "p"',
            'expected "secret_id_file_path"',
        ),
        (
            "approle",
            'role_id_file_pth = "r"',
            'expected "role_id_file_path" in method "approle", found none but "role_id_f',
        ),
        ("jwt", 'role = "web"', 'expected "path" in method "jwt", found none'),
        ("jwt", 'path = "p"', 'expected "role" in method "jwt", found none'),
        (
            "jwt",
            'path = "p", role = "web", jwt_read_period = "soon"',
            'jwt_read_period in method "jwt": expected a dur',
        ),
        ("jwt", 'path = "p", role = "web", jwt_read_period = 0', "jwt_read_period"),
        ("kubernetes", "", 'expected "role" in method "kubernetes"'),
        ("token_file", 'token_file_path = ""', 'expected "token_file_path" in method "token_file"'),
        ("userpass", 'password_file_path = "p"', 'expected "username" in method "userpass"'),
        ("ldap", 'username = "eva"', 'expected "password_file_path" in method "ldap"'),
        ("cert", 'client_cert = "c"', 'expected "client_key" in method "cert"'),
        ("cert", "reload = 7", 'reload in method "cert": expected true or false, found 7'),
        ("kerberos", 'service = "HTTP/v", username = "u", realm = "R", keytab_path = "k"', 'expected "krb5conf_path"'),
        ("aws", 'role = "web"', 'expected "type" in method "aws"'),
        ("aws", 'role = "web", type = "ecs"', 'type in method "aws": expected "iam" or "ec2", found "ecs"'),
        ("aws", 'role = "web", type = "iam", access_key = "a"', 'expected "secret_key" in method "aws"'),
        ("aws", 'role = "web", type = "iam", region = "x.evil.example/"', 'region in method "aws": region must be'),
        ("azure", 'role = "web"', 'expected "resource" in method "azure"'),
        ("azure", 'role = "web", resource = "r", object_id = "o", client_id = "c"', 'object_id in method "azure"'),
        ("gcp", 'role = "web", type = "gke"', 'type in method "gcp": expected "gce" or "iam", found "gke"'),
        ("gcp", 'role = "web", type = "iam", jwt_exp = 61', 'jwt_exp in method "gcp"'),
        ("aprole", "", 'found "aprole": did you mean `approle`?'),
        ("oci", "", "an auth method that this server hasn't"),
    ],
)
def test_what_is_wrong(type_: str, options: str, error: str) -> None:
    """The error names the option, the stanza and its place."""
    with pytest.raises(ConfigError) as told:
        make(type_, options)
    assert error in str(told.value)
    assert str(told.value).startswith("agent.hcl:1:")


def test_a_secret_isnt_shown() -> None:
    """The value of a secret option stands neither in its error nor in the options' text."""
    with pytest.raises(ConfigError) as told:
        make("aws", 'role = "web", type = "iam", access_key = "a", secret_key = ["planted-canary"]')
    assert "canary" not in str(told.value)


def test_an_unknown_option_is_told(tmp_path: Path) -> None:
    """An option that nobody knows is no error; the one that may have been meant is named."""
    method = make("jwt", 'path = "@/j", role = "web", remove_jwt_after_readng = true', tmp_path)
    (notice,) = method.notices
    assert "unknown or unsupported option remove_jwt_after_readng" in notice.text
    assert "did you mean `remove_jwt_after_reading`?" in notice.text


def test_there_is_a_method_for_each_auth_method() -> None:
    """The names are those of the documentation."""
    assert sorted(METHODS) == [
        *("approle", "aws", "azure", "cert", "gcp", "jwt", "kerberos", "kubernetes", "ldap", "token_file", "userpass"),
    ]


@pytest.mark.parametrize(
    ("value", "expected"), [("0640", 0o640), ("600", 0o600), (416, 0o640), (0, 0), ("0000", 0), (256, 0o400)]
)
def test_permissions(value: object, expected: int) -> None:
    """A text is octal, and a number is what the file's language has read."""
    assert permissions(value) == expected


@pytest.mark.parametrize("value", ["0888", "rw", "", -1, 0o1777, True, 1.5, ["0640"], "01777"])
def test_no_permissions(value: object) -> None:
    """What is no permissions of a plain file is refused."""
    with pytest.raises(ValueError, match="permissions"):
        permissions(value)


@pytest.mark.parametrize(
    ("value", "expected"), [(1000, 1000), ("1000", 1000), ("web", "web"), (-1, None), ("-1", None)]
)
def test_accounts(value: object, expected: object) -> None:
    """An account has a number or a name, and -1 is none."""
    assert account(value) == expected


@pytest.mark.parametrize("value", [-2, "", True, 1.0, ["web"], "-7"])
def test_no_account(value: object) -> None:
    """What names no account is refused."""
    with pytest.raises(ValueError, match="account"):
        account(value)


@pytest.mark.parametrize(("value", "expected"), [("500ms", 0.5), (2, 2.0), ("1m", 60.0), ("2", 2.0)])
def test_seconds(value: object, expected: float) -> None:
    """A duration may be a part of a second."""
    assert seconds(value) == expected
