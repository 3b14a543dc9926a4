"""The key ids of certificates."""

from __future__ import annotations

import pytest

from strongroom.engines.ssh.roles.records import RoleRecord
from strongroom.engines.ssh.signing.key_ids import key_id, unknown_variables
from strongroom.lib.errors import InvalidRequest


def made(form: str = "", asked: str = "", display_name: str = "ada", **fields: bool) -> str:
    """The key id by a role with a format."""
    role = RoleRecord(key_type="ca", key_id_format=form, **fields)
    return key_id(role, "web", asked, display_name=display_name, digest="d1")


@pytest.mark.parametrize(
    ("form", "display_name", "expected"),
    [
        ("", "ada", "vault-ada-d1"),
        ("", "", "vault-d1"),
        ("{{token_display_name}}/{{role_name}}/{{public_key_hash}}", "ada", "ada/web/d1"),
        ("{{role_name}}{{other}}", "ada", "web{{other}}"),
        ("plain", "ada", "plain"),
        ("{{token_display_name}}", "{{role_name}}", "{{role_name}}"),
    ],
)
def test_formats(form: str, display_name: str, expected: str) -> None:
    """Variables have their values, once; all else stands for itself."""
    assert made(form, display_name=display_name) == expected


def test_variables_that_there_are_not() -> None:
    """They are told of when the role is written."""
    form = "{{token_display_name}}{{role_name}}{{public_key_hash}}{{ role_name }}{{x}}"
    assert unknown_variables(form) == ["{{ role_name }}", "{{x}}"]


def test_a_client_chooses_if_it_may() -> None:
    """And only then."""
    assert made("{{role_name}}", "mine", allow_user_key_ids=True) == "mine"
    with pytest.raises(InvalidRequest, match="it needs allow_user_key_ids"):
        made("{{role_name}}", "mine")


@pytest.mark.parametrize("text", ["a\nb", "a\x00", "\x1b[2J", "a" * 1025])
def test_what_would_confuse_a_log(text: str) -> None:
    """Neither a client nor a token's name brings a line end, a control character or a long text into logs."""
    with pytest.raises(InvalidRequest, match="at most 1024 characters"):
        made(asked=text, allow_user_key_ids=True)
    with pytest.raises(InvalidRequest, match="at most 1024 characters"):
        made("{{token_display_name}}", display_name=text)
    assert made(asked="a" * 1024, allow_user_key_ids=True) == "a" * 1024
