"""Whom certificates are for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import Client
from tests.flow.engines.ssh.mounts import Authority, inspected


def principals(lines: list[str]) -> list[str]:
    """The principals in what `ssh-keygen -L` says."""
    first = next(line for line in lines if line.startswith("Principals:"))
    if first != "Principals:":
        return []
    start = lines.index(first) + 1
    return lines[start : next(at for at, line in enumerate(lines) if line.startswith("Critical Options:"))]


ALLOWED: list[tuple[dict[str, Any], str, list[str]]] = [
    ({"allowed_users": "*"}, "anybody", ["anybody"]),
    ({"allowed_users": "a,b"}, "b,a", ["a", "b"]),
    ({"allowed_users": " a , b ,"}, " b ,, a, b ", ["a", "b"]),
    ({"allowed_users": "a,b", "default_user": "b"}, "", ["b"]),
    ({"allowed_users": "a,b,*", "default_user": "*"}, "", ["a", "b"]),
    ({"allowed_users": "b,a", "default_user": "*"}, "a", ["a"]),
    ({"allowed_users": "*", "default_user": "c,d"}, "", ["c", "d"]),
    ({"allowed_users": "", "allow_empty_principals": True, "default_user": ""}, "", []),
    ({"allowed_users": "*"}, "with blank", ["with blank"]),
]


@pytest.mark.parametrize(("role", "asked", "expected"), ALLOWED)
async def test_allowed_principals(role: dict[str, Any], asked: str, expected: list[str], tmp_path: Path) -> None:
    """A certificate has the principals that were asked for, or those by default, each once."""
    authority = await Authority.new()
    await authority.role(**role)
    signed = await authority.sign(valid_principals=asked)
    assert principals(inspected(tmp_path, signed["signed_key"])) == expected
    assert (await authority.read(f"cert/{signed['serial_number']}"))["valid_principals"] == expected


REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"allowed_users": "a,b"}, "c", 'c is not a valid value for valid_principals: allowed_users of the role "user"'),
    ({"allowed_users": "a,b"}, "a,c", "c is not a valid value"),
    ({"allowed_users": "al*"}, "alice", "alice is not a valid value"),
    ({"allowed_users": "Bob"}, "bob", "bob is not a valid value"),
    ({"allowed_users": "a", "default_user": "root"}, "", "root is not a valid value"),
    ({"allowed_users": ""}, "a", 'the role "user" allows none, so set allowed_users'),
    ({"allowed_users": "*", "default_user": ""}, "", 'set valid_principals, or default_user of the role "user"'),
    ({"allowed_users": "*", "default_user": "*"}, "", "allowed_users names nobody"),
    ({"allowed_users": "*"}, "a\nb", "no control characters"),
    ({"allowed_users": "*"}, "a\0b", "no control characters"),
    ({"allowed_users": "*"}, "a\u2028b", "no control characters"),
    ({"allowed_users": "*"}, ",".join(map(str, range(257))), "at most 256 principals"),
    ({"allowed_users": "*"}, ",".join(f"{n:03d}" + "x" * 200 for n in range(100)), "16384 bytes"),
]


@pytest.mark.parametrize(("role", "asked", "reason"), REFUSED)
async def test_refused_principals(role: dict[str, Any], asked: str, reason: str) -> None:
    """Who isn't allowed is refused with a reason that names principal, role and field."""
    authority = await Authority.new()
    await authority.role(**role)
    with pytest.raises(InvalidRequest) as refused:
        await authority.sign(valid_principals=asked)
    assert reason in refused.value.text


DOMAINS = [
    # allowed_domains, bare, subdomains, asked for, whether it is signed
    ("example.com", True, False, "example.com", True),
    ("example.com", True, False, "a.example.com", False),
    ("example.com", False, True, "example.com", False),
    ("example.com", False, True, "a.b.example.com", True),
    ("example.com", True, True, "example.com,a.example.com", True),
    ("example.com", False, False, "example.com", False),
    ("example.com", True, True, "evilexample.com", False),
    ("example.com", True, True, ".example.com", False),
    ("example.com", True, True, "a..example.com", False),
    ("example.com", True, True, "EXAMPLE.com", False),
    ("example.com", True, True, "example.com.", False),
    ("example.com", True, True, "a.example.com,b.example.org", False),
    ("example.com,example.org", False, True, "a.example.com,b.example.org", True),
    ("*", False, False, "anything", True),
    ("", True, True, "example.com", False),
    ("example.com", True, True, "a.example.com\n.evil", False),
    ("example.com", True, True, "x y.example.com", False),
    ("example.com", True, True, "x\u2003y.example.com", False),
    ("example.com", True, True, "*.example.com", False),
    ("example.com", True, True, "a?.example.com", False),
    ("*", True, True, "*", False),
    ("*", True, True, "*.example.com", False),
    ("*", False, False, "x y", False),
    ("*.example.com", True, False, "*.example.com", True),
    ("*,*.example.com", True, False, "*.example.com,a.example.org", True),
    ("*.example.com", False, True, "*.example.com", False),
    ("*.example.com", True, True, "a.*.example.com", False),
    ("*", False, False, "fe80::1", True),
]


@pytest.mark.parametrize(("domains", "bare", "subdomains", "asked", "signed"), DOMAINS)
async def test_domains_of_hosts(domains: str, bare: bool, subdomains: bool, asked: str, signed: bool) -> None:
    """A host certificate is for a domain itself, or for hosts below it, as the two switches say; not for a pattern."""
    authority = await Authority.new()
    await authority.write(
        "roles/host",
        key_type="ca",
        allow_host_certificates=True,
        allowed_domains=domains,
        allow_bare_domains=bare,
        allow_subdomains=subdomains,
        allowed_users="*",
    )
    if signed:
        await authority.sign("host", cert_type="host", valid_principals=asked)
        return
    with pytest.raises(InvalidRequest, match=r"allowed_domains|no control characters|no blanks"):
        await authority.sign("host", cert_type="host", valid_principals=asked)


async def test_users_of_a_role_are_no_hosts() -> None:
    """`allowed_users` and `default_user` mean nothing to hosts, and `allowed_domains` nothing to users."""
    authority = await Authority.new()
    fields = {"allowed_users": "*", "default_user": "web", "allowed_domains": "*", "allow_host_certificates": True}
    await authority.role(**{**fields, "allowed_domains": ""})
    with pytest.raises(InvalidRequest, match="no principals"):
        await authority.sign(cert_type="host")
    with pytest.raises(InvalidRequest, match="set allowed_domains"):
        await authority.sign(cert_type="host", valid_principals="web")
    await authority.role(**{**fields, "allowed_users": ""})
    with pytest.raises(InvalidRequest, match="set allowed_users"):
        await authority.sign(valid_principals="web")


NAME = "{{identity.entity.name}}"
TEAM = "{{identity.entity.metadata.team}}"
TEMPLATES: list[tuple[dict[str, Any], dict[str, str], str, str]] = [
    # the role, the values, what is asked for, and the reason of a refusal; empty if it is signed
    ({"allowed_users": NAME}, {"identity.entity.name": "ann"}, "ann", ""),
    ({"allowed_users": f"x,svc-{TEAM}"}, {"identity.entity.metadata.team": "web"}, "svc-web", ""),
    ({"allowed_users": NAME}, {"identity.entity.name": "ann"}, "bob", "bob is not a valid value"),
    ({"allowed_users": NAME}, {"identity.entity.name": "ann,root"}, "ann", 'has a ","'),
    ({"allowed_users": NAME}, {"identity.entity.name": "*"}, "ann", 'has a "*"'),
    ({"allowed_users": NAME}, {"identity.entity.name": "a?n"}, "ann", 'has a "?"'),
    ({"allowed_users": NAME}, {"identity.entity.name": " ann"}, "ann", "has blanks at its ends"),
    ({"allowed_users": f"x,{TEAM}"}, {"identity.entity.name": "ann"}, "x", "no value could be found"),
    (
        {"allowed_users": NAME, "allow_commas_in_identity_templates": True},
        {"identity.entity.name": "ann,root"},
        "root",
        "",
    ),
    (
        {"allowed_users": NAME, "allow_wildcards_in_identity_templates": True},
        {"identity.entity.name": "*"},
        "root",
        "root is not a valid value",
    ),
    (
        {"allowed_users": "*", "default_user": NAME, "default_user_template": True},
        {"identity.entity.name": "a"},
        "",
        "",
    ),
    (
        {"allowed_users": "*", "default_user": NAME, "default_user_template": True},
        {"identity.entity.name": "a,root"},
        "",
        'has a ","',
    ),
]


@pytest.mark.parametrize(("role", "values", "asked", "reason"), TEMPLATES)
async def test_templates(role: dict[str, Any], values: dict[str, str], asked: str, reason: str) -> None:
    """A template stands for the client's value, which adds neither names nor wildcards unless the role says so."""
    authority = await Authority.new()
    authority.client, authority.identity = Client(entity_id="e", display_name="ann"), values
    await authority.role(allowed_users_template=True, **role)
    if not reason:
        await authority.sign(valid_principals=asked)
        return
    with pytest.raises(InvalidRequest) as refused:
        await authority.sign(valid_principals=asked)
    assert reason in refused.value.text


async def test_a_template_names_nobody_without_an_entity() -> None:
    """For a client without an entity, items with templates are left out, and others count."""
    authority = await Authority.new()
    await authority.role(allowed_users=f"x,{NAME}", allowed_users_template=True, default_user=NAME)
    await authority.sign(valid_principals="x")
    for asked in ("", NAME, "ann"):
        with pytest.raises(InvalidRequest):
            await authority.sign(valid_principals=asked)


async def test_braces_are_no_template_where_the_role_has_none() -> None:
    """Without `allowed_users_template` the braces are ordinary characters."""
    authority = await Authority.new()
    authority.client, authority.identity = Client(entity_id="e"), {"identity.entity.name": "ann"}
    await authority.role(allowed_users=NAME)
    await authority.sign(valid_principals=NAME)
    with pytest.raises(InvalidRequest):
        await authority.sign(valid_principals="ann")
