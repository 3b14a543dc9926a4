"""What a role forbids is never in a certificate, whatever the role and whatever is asked for."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import SSHCertificate, SSHCertificateType, load_ssh_public_identity
from hypothesis import given, settings
from hypothesis import strategies as st

from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import Client
from tests.flow.engines.ssh.mounts import USER_KEY, Authority

NAMES = ("root", "ann", "bob", "*", "al*", "web.example.com", "example.com", ".example.com", "evilexample.com", "")
OPTIONS = ("force-command", "source-address", "verify-required", "x@example.com")
EXTENSIONS = ("permit-pty", "permit-agent-forwarding", "login@example.com")
TEMPLATE = "{{identity.entity.name}}"
VALUES = ("ann", "ann,root", "*", "example.com", "a\nroot", "")
_NAME = st.one_of(st.sampled_from(NAMES), st.text(max_size=6))
_LIST = st.lists(st.sampled_from((*NAMES, TEMPLATE)), max_size=3).map(",".join)
_ASKED = st.lists(_NAME, max_size=3).map(",".join)
_SECONDS = st.sampled_from((0, 1, 60, 3600, 86_400, 10**7))


def _options(names: tuple[str, ...]) -> st.SearchStrategy[dict[str, str]]:
    return st.dictionaries(st.sampled_from(names), st.sampled_from(("", "x", "10.0.0.0/8")), max_size=3)


def _allowed(names: tuple[str, ...]) -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from((*names, "*")), max_size=2).map(",".join)


ROLES = st.fixed_dictionaries(
    {
        "allow_user_certificates": st.booleans(),
        "allow_host_certificates": st.booleans(),
        "allowed_users": _LIST,
        "allowed_users_template": st.booleans(),
        "allowed_domains": _LIST,
        "allowed_domains_template": st.booleans(),
        "default_user": _LIST,
        "default_user_template": st.booleans(),
        "allow_bare_domains": st.booleans(),
        "allow_subdomains": st.booleans(),
        "allow_empty_principals": st.booleans(),
        "allow_commas_in_identity_templates": st.booleans(),
        "allow_wildcards_in_identity_templates": st.booleans(),
        "allow_user_key_ids": st.booleans(),
        "allowed_critical_options": _allowed(OPTIONS),
        "allowed_extensions": _allowed(EXTENSIONS),
        "default_critical_options": _options(OPTIONS),
        "default_extensions": _options(EXTENSIONS),
        "ttl": _SECONDS,
        "max_ttl": _SECONDS,
    }
)
REQUESTS = st.fixed_dictionaries(
    {
        "cert_type": st.sampled_from(("user", "host")),
        "valid_principals": _ASKED,
        "key_id": st.sampled_from(("", "mine", "a\nb")),
        "critical_options": _options(OPTIONS),
        "extensions": _options(EXTENSIONS),
        "ttl": _SECONDS,
    }
)


@given(ROLES, REQUESTS, st.sampled_from(VALUES))
@settings(max_examples=400, deadline=None)
def test_what_a_role_forbids_is_in_no_certificate(role: dict[str, Any], asked: dict[str, Any], value: str) -> None:
    """A certificate says nothing that its role doesn't allow."""
    asyncio.run(_judge(role, asked, value))


async def _judge(role: dict[str, Any], asked: dict[str, Any], value: str) -> None:
    authority = await Authority.new()
    authority.client = Client(display_name="ann", entity_id="e")
    authority.identity = {"identity.entity.name": value}
    try:
        await authority.write("roles/r", key_type="ca", **role)
        signed = await authority.write("sign/r", public_key=USER_KEY, **asked)
    except InvalidRequest:
        return
    certificate = load_ssh_public_identity(signed["signed_key"].encode())
    assert isinstance(certificate, SSHCertificate)
    host = certificate.type is SSHCertificateType.HOST
    assert host is (asked["cert_type"] == "host")
    assert role["allow_host_certificates" if host else "allow_user_certificates"]
    _judge_principals(role, value, host, [name.decode() for name in certificate.valid_principals])
    _judge_rest(role, asked, certificate)
    now = int(authority.clock.now())
    assert certificate.valid_after == now - 30
    assert certificate.valid_before - now <= (role["max_ttl"] or 32 * 86_400)


def _judge_principals(role: dict[str, Any], value: str, host: bool, principals: list[str]) -> None:
    field = "allowed_domains" if host else "allowed_users"
    assert principals or role["allow_empty_principals"]
    assert all(name and name.isprintable() and "," not in name for name in principals)
    written = [item.strip() for item in role[field].split(",")]
    if "*" in written:
        return
    fills = role[f"{field}_template"]
    stands_for = value.split(",") if role["allow_commas_in_identity_templates"] else [value]
    listed = {each for item in written for each in (stands_for if fills and item == TEMPLATE else [item]) if each}
    for name in principals:
        if not host:
            assert name in listed
            continue
        bare = role["allow_bare_domains"] and name in listed
        below = role["allow_subdomains"] and any(name.endswith("." + domain) for domain in listed)
        assert bare or below


def _judge_rest(role: dict[str, Any], asked: dict[str, Any], certificate: SSHCertificate) -> None:
    allowed = [item for item in role["allowed_critical_options"].split(",") if item]
    options = {name.decode(): text.decode() for name, text in certificate.critical_options.items()}
    asked_for, defaults = asked["critical_options"], role["default_critical_options"]
    certain = {name for name in defaults if allowed and name not in allowed} if asked_for else set(defaults)
    assert options == {name: defaults[name] for name in certain} | asked_for
    assert not asked_for or not allowed or set(asked_for) <= set(allowed)
    allowed = role["allowed_extensions"].split(",")
    extensions = {name.decode(): text.decode() for name, text in certificate.extensions.items()}
    assert extensions == (asked["extensions"] or role["default_extensions"])
    assert not asked["extensions"] or "*" in allowed or set(extensions) <= set(allowed)
    key_id = certificate.key_id.decode()
    assert key_id.startswith("vault-ann-") or (key_id == "mine" and role["allow_user_key_ids"])


@pytest.mark.parametrize("names_nothing", [",", " ", " , ,"])
async def test_a_list_of_critical_options_that_names_nothing_allows_none(names_nothing: str) -> None:
    """Only an empty text allows any option, and with it to leave out what the role sets by default."""
    authority = await Authority.new()
    forced = {"force-command": "/bin/true"}
    await authority.role(default_critical_options=forced, allowed_critical_options=names_nothing)
    with pytest.raises(InvalidRequest, match="not on allowed list"):
        await authority.sign(critical_options={"verify-required": ""})
    await authority.sign()
