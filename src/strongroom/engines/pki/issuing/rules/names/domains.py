"""Which hosts and e-mail addresses a role allows (p).

Bare domains, subdomains and globs are three switches that don't depend on each other.

Source: https://openbao.org/api-docs/secret/pki/#createupdate-role
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from strongroom.engines.pki.issuing.rules.context import Context
from strongroom.engines.pki.issuing.rules.globs import fits
from strongroom.engines.pki.issuing.rules.names.forms import Parsed, ascii_domain
from strongroom.engines.pki.issuing.rules.templates import filled_in
from strongroom.engines.pki.roles.records import RoleRecord

_LOCAL: Final = ("localhost", "localdomain")


def rule_for(role: RoleRecord, context: Context, name: Parsed) -> tuple[str, str]:
    """The rule that allows a name, and else why none does: one of both is empty."""
    if name.problem:
        return "", name.problem
    if name.wildcard and not role.allow_wildcard_certificates:
        return "", "allow_wildcard_certificates is false"
    if role.enforce_hostnames and (name.text_only or name.form == "loose"):
        return "", f"enforce_hostnames is true: {name.text_only or 'a host has letters, digits and hyphens'}"
    if role.allow_any_name:
        return "allow_any_name", ""
    if role.allow_localhost and (rule := _localhost(role, name)):
        return rule, ""
    if role.allow_token_displayname and context.display_name and _is_displayed(role, context.display_name, name):
        return "allow_token_displayname", ""
    domains = list(domains_of(role, context))
    for domain in domains:
        if rule := _of_domain(role, domain, name):
            return f"{rule} ({domain})", ""
    return "", _why_not(role, domains)


def domains_of(role: RoleRecord, context: Context) -> Iterator[str]:
    """The allowed domains, with the values of the client's entity, as they are compared."""
    for domain in role.allowed_domains:
        filled = filled_in(role, context, domain) if role.allowed_domains_template else domain
        if filled:
            yield ascii_domain(filled)


def _localhost(role: RoleRecord, name: Parsed) -> str:
    # As the peer compares: `LOCALHOST` isn't one.
    host = name.text.rpartition("@")[2]
    if host in _LOCAL:
        return "allow_localhost"
    if role.allow_subdomains and any(host.endswith("." + each) for each in _LOCAL):
        return "allow_localhost, allow_subdomains"
    return ""


def _is_displayed(role: RoleRecord, displayed: str, name: Parsed) -> bool:
    if name.text == displayed:
        return True
    domain = displayed.rpartition("@")[2] if name.form == "email" else displayed
    return role.allow_subdomains and bool(domain) and name.host.endswith("." + domain.lower())


def _of_domain(role: RoleRecord, domain: str, name: Parsed) -> str:
    # Compared with the wildcard on: `*.example.com` isn't the domain example.com, but a subdomain of it.
    if role.allow_bare_domains and domain in {name.host, name.key}:
        return "allow_bare_domains"
    if role.allow_subdomains and name.host.endswith("." + domain):
        return "allow_subdomains"
    if role.allow_glob_domains and "*" in domain and fits(domain, name.key):
        return "allow_glob_domains"
    return ""


def _why_not(role: RoleRecord, domains: list[str]) -> str:
    if not domains:
        return "allowed_domains is empty" if not role.allowed_domains else "no template of allowed_domains has a value"
    switches = ("allow_bare_domains", "allow_subdomains", "allow_glob_domains")
    on = [each for each in switches if getattr(role, each)]
    if not on:
        return f"allowed_domains counts only with one of {', '.join(switches)}"
    listed = ", ".join(domains)
    return f"it doesn't fit allowed_domains ({listed[:256]}) with {', '.join(on)}"
