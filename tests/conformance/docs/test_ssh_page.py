"""The page about SSH names the fields that the engine has."""

from __future__ import annotations

from pathlib import Path

import pytest

from strongroom.engines.ssh.issuers.fields import NamedIssuerFields
from strongroom.engines.ssh.paths.credentials import CredentialFields, VerifyFields
from strongroom.engines.ssh.paths.revocation import RevokeFields
from strongroom.engines.ssh.paths.sign import IssueFields, SignFields
from strongroom.engines.ssh.roles.fields import RoleFields
from strongroom.sdk import Body
from strongroom.sdk.fields import fields_of

PAGE = (Path(__file__).parents[3] / "docs" / "engines" / "ssh.md").read_text()


def section(heading: str) -> str:
    """A section of the page."""
    return PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]


@pytest.mark.parametrize(
    ("heading", "body"),
    [
        ("Roles", RoleFields),
        ("Issuers", NamedIssuerFields),
        ("Requests", SignFields),
        ("Requests", IssueFields),
        ("Revocation", RevokeFields),
        ("One-time passwords", CredentialFields),
        ("One-time passwords", VerifyFields),
    ],
)
def test_every_field_is_on_the_page(heading: str, body: type[Body]) -> None:
    """Each field of a request is named in its section."""
    text = section(heading)
    missing = [
        field.name for field in fields_of(body) if f"`{field.name}" not in text and f" {field.name}=" not in text
    ]
    assert missing == []
