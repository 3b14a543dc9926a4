"""What a role forbids never gets into a draft, and what is asked for is never left out.

The rules are compared with a model that knows less and is written otherwise: regular expressions for each field.
"""

from __future__ import annotations

import ipaddress
import re
from typing import Any

from hypothesis import event, given, settings
from hypothesis import strategies as st

from strongroom.crypto.issuing.contents import Access, Names
from strongroom.engines.pki.issuing.rules import Asked, Context, Requested, judged
from strongroom.engines.pki.roles.records import RoleRecord
from strongroom.lib.errors import InvalidRequest
from tests.unit.engines.pki.issuing.rules.requests import NOW, context

LABEL = r"[a-z0-9]([a-z0-9-]*[a-z0-9])?"
STARRED = r"[a-z0-9-]*\*[a-z0-9-]*"
HOST = rf"{LABEL}(\.{LABEL})*"
DOMAINS = ["x.org", "X.org", "a.x.org", "*.x.org", "f*.x.org", "*", "me@x.org", "*@x.org", "y", "{{v}}.x.org", "{{w}}"]
PARTS = [
    "x.org",
    "X.ORG",
    "a.x.org",
    "b.a.x.org",
    "fa.x.org",
    "notx.org",
    "y",
    "localhost",
    "ada",
    "v1.x.org",
    "10.0.0.1",
]
FRONTS = ["", "", "", "*.", "b*z.", "a_b.", "me@", "*.*.", "a b.", "-.", ".", "a.", "me@a."]
URIS = ["spiffe://a/b", "spiffe://x/b", "urn:y", "plain", "*"]
OTHERS = ["1.2;UTF8:a", "1.2;UTF8:b", "1.3;UTF8:a"]
IPS = ["10.0.0.1", "11.0.0.1", "fd00::1", "::ffff:10.0.0.1", "x"]
WORDS = ["u1", "u2", "z"]

flags = st.booleans()


def some(values: list[str], most: int = 3) -> st.SearchStrategy[tuple[str, ...]]:
    """A few of some values."""
    return st.lists(st.sampled_from(values), max_size=most).map(tuple)


names = st.tuples(st.sampled_from(FRONTS), st.sampled_from(PARTS)).map("".join)
roles = st.builds(
    RoleRecord,
    allow_any_name=st.sampled_from([False, False, False, True]),
    allow_localhost=flags,
    allowed_domains=some(DOMAINS),
    allowed_domains_template=flags,
    allow_globs_in_identity_templates=flags,
    allow_bare_domains=flags,
    allow_subdomains=flags,
    allow_glob_domains=flags,
    allow_wildcard_certificates=flags,
    allow_token_displayname=flags,
    enforce_hostnames=flags,
    allow_ip_sans=flags,
    allowed_ip_sans_cidr=some(["10.0.0.0/8", "fd00::/8"], 2),
    allowed_uri_sans=some(["spiffe://a/*", "urn:y", "*"]),
    allowed_other_sans=some(["1.2;UTF8:*", "1.3;UTF8:b", "*"]),
    allowed_serial_numbers=some(["u*", "u1", "*"]),
    allowed_user_ids=some(["u*", "u1"]),
    require_cn=flags,
    cn_validations=st.sampled_from([("email", "hostname"), ("email",), ("hostname",), ("disabled",)]),
    use_csr_common_name=flags,
    use_csr_sans=flags,
)
csr_names = st.builds(
    Names,
    dns=st.lists(names, max_size=2).map(tuple),
    emails=st.lists(names, max_size=1).map(tuple),
    ips=some(IPS[:4], 1),
    uris=some(URIS, 1),
)
requests = st.builds(
    Asked,
    common_name=st.one_of(st.just(""), names),
    alt_names=st.lists(names, max_size=2).map(tuple),
    exclude_cn_from_sans=flags,
    ip_sans=some(IPS, 1),
    uri_sans=some(URIS, 1),
    other_sans=some(OTHERS, 1),
    serial_number=st.sampled_from(["", "", "u1", "z"]),
    user_ids=some(WORDS, 1),
    requested=st.one_of(
        st.none(),
        st.builds(Requested, common_name=names, names=csr_names, key_type=st.just("ec"), key_bits=st.just(256)),
    ),
)
contexts = st.builds(
    context,
    display_name=st.sampled_from(["", "ada", "me@x.org"]),
    values=st.sampled_from([{}, {"v": "v1"}, {"v": "*", "w": "*"}, {"v": "", "w": ""}]),
)


def pattern(text: str) -> str:
    """A glob as a regular expression."""
    return re.escape(text).replace(r"\*", ".*")


def expressions(role: RoleRecord, surroundings: Context) -> list[str]:
    """What a host or e-mail address has to match, one of them."""
    if role.allow_any_name:
        return [".*"]
    found = []
    below = r"(.+\.)?" if role.allow_subdomains else ""
    if role.allow_localhost:
        found.append(rf"(.*@)?{below}(localhost|localdomain)")
    if role.allow_token_displayname and surroundings.display_name:
        shown = re.escape(surroundings.display_name)
        found.append(shown)
        if role.allow_subdomains:
            found += [rf".+\.{shown}", rf".+@.+\.{re.escape(surroundings.display_name.split('@')[-1])}"]
    for domain in role.allowed_domains:
        text = domain.lower()
        for name, value in surroundings.values.items() if role.allowed_domains_template else ():
            if value and ("*" not in value or role.allow_globs_in_identity_templates):
                text = text.replace("{{" + name + "}}", value)
        if "{{" in text:
            continue
        if role.allow_bare_domains:
            found.append(rf"(.*@)?{re.escape(text)}")
        if role.allow_subdomains:
            found.append(rf"(.*@)?.+\.{re.escape(text)}")
        if role.allow_glob_domains:
            found.append(pattern(text))
    return found


def forbids(role: RoleRecord, surroundings: Context, name: str) -> bool:
    """Whether a role forbids a host or e-mail address."""
    host = name.lower().rpartition("@")[2]
    if "*" in host:
        if not role.allow_wildcard_certificates or not re.fullmatch(rf"{STARRED}(\.[^*]+)+", host):
            return True
        host = host.partition(".")[2]
    if role.enforce_hostnames and not re.fullmatch(HOST, host):
        return True
    return not any(re.fullmatch(each, name.lower()) for each in expressions(role, surroundings))


def forbids_address(role: RoleRecord, text: str) -> bool:
    """Whether a role forbids an address."""
    networks = [ipaddress.ip_network(each) for each in role.allowed_ip_sans_cidr]
    inside = any(ipaddress.ip_address(text) in each for each in networks)
    return not role.allow_ip_sans or (bool(networks) and not inside)


def forbids_common_name(role: RoleRecord, surroundings: Context, name: str) -> bool:
    """Whether a role forbids a common name."""
    if "disabled" in role.cn_validations:
        return False
    if ("email" if "@" in name else "hostname") not in role.cn_validations:
        return True
    if role.allowed_ip_sans_cidr and is_address(name):
        return forbids_address(role, name)
    return forbids(role, surroundings, name)


def is_address(text: str) -> bool:
    """Whether a text is an IP address."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def no_pattern_fits(patterns: tuple[str, ...], text: str) -> bool:
    """Whether a text fits none of the globs."""
    return not any(re.fullmatch(pattern(each), text) for each in patterns)


@settings(max_examples=1000, deadline=None)
@given(roles, requests, contexts)
def test_nothing_forbidden_gets_into_a_draft(role: RoleRecord, asked: Asked, surroundings: Context) -> None:
    """Each name in a draft is one that the model doesn't see forbidden."""
    try:
        draft = judged(role, asked, surroundings).draft(1, b"", Access())
    except InvalidRequest:
        event("refused")
        return
    event("allowed")
    subject: Any = draft.subject
    assert not subject.common_name or not forbids_common_name(role, surroundings, subject.common_name)
    assert not subject.serial_number or not no_pattern_fits(role.allowed_serial_numbers, subject.serial_number)
    assert not [each for each in subject.user_ids if no_pattern_fits(role.allowed_user_ids, each)]
    assert not [each for each in (*draft.names.dns, *draft.names.emails) if forbids(role, surroundings, each)]
    assert not [each for each in draft.names.ips if forbids_address(role, each)]
    assert not [each for each in draft.names.uris if no_pattern_fits(role.allowed_uri_sans, each)]
    shown = [f"{oid};UTF8:{text}" for oid, text in draft.names.others]
    assert not [each for each in shown if no_pattern_fits(role.allowed_other_sans, each)]
    assert (draft.not_before, draft.not_after) == (NOW - 30, NOW + 3600)


@settings(max_examples=500, deadline=None)
@given(roles, requests, contexts)
def test_nothing_asked_for_is_left_out(role: RoleRecord, asked: Asked, surroundings: Context) -> None:
    """Each name that counts is in the draft, in whichever type, or a warning names it or its field."""
    try:
        found = judged(role, asked, surroundings)
    except InvalidRequest:
        return
    there = {*found.names.dns, *found.names.emails, *found.names.ips, *found.names.uris}
    others = {f"{oid};UTF8:{text}" for oid, text in found.names.others}
    told = " ".join(found.warnings)
    if asked.requested is not None and role.use_csr_sans:
        wanted = asked.requested.names
        assert {*wanted.dns, *wanted.emails, *wanted.uris} <= there
        assert len(found.names.ips) >= len(wanted.ips)
        assert all(
            field in told for field in ("alt_names", "ip_sans", "uri_sans", "other_sans") if getattr(asked, field)
        )
    else:
        assert {*asked.alt_names, *asked.uri_sans} <= there
        assert set(asked.other_sans) == others
        assert len(found.names.ips) >= len(asked.ip_sans)
    name = found.subject.common_name
    assert not name or asked.exclude_cn_from_sans or name in there or f'"{name}"' in told
    if asked.requested is None or not role.use_csr_common_name:
        assert name == asked.common_name
    assert (found.subject.serial_number, found.subject.user_ids) == (asked.serial_number, asked.user_ids)
