"""Logins that name a role in their body whose name no role can have, through the whole server."""

from __future__ import annotations

from typing import Any

import pytest

from tests.flow.auth.jwt.keys import public_pem, rsa_key
from tests.flow.node import TestNode

NAMES = ["a,b", "-1", "ünï", "a/b", "../config", "a b", "x" * 600, "\x00"]
KEY = public_pem(rsa_key())


@pytest.mark.parametrize(
    ("type_", "config", "login"),
    [
        ("jwt", {"jwt_validation_pubkeys": [KEY]}, "login"),
        ("jwt", {"jwt_validation_pubkeys": [KEY]}, "cel/login"),
        ("oidc", None, "oidc/auth_url"),
        ("kubernetes", None, "login"),
        ("azure", None, "login"),
        ("gcp", None, "login"),
    ],
)
async def test_such_a_role_is_not_found(type_: str, config: dict[str, Any] | None, login: str) -> None:
    """The login is refused as for any other role that there isn't: the path exists, so this is no 404."""
    node = await TestNode.start()
    await node.ok("POST", "sys/auth/m", {"type": type_})
    if config is not None:
        await node.ok("POST", "auth/m/config", config)
    for name in NAMES:
        body = {"role": name, "jwt": "x", "redirect_uri": "http://localhost"}
        answer = await node.ask("POST", f"auth/m/{login}", body, "")
        assert answer.status == 400, (name, answer)
        assert len(answer.error) < 300
