"""What the health checks make of a mount."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from strongroom.cli.pki.health.finding import Finding, Status
from strongroom.cli.pki.health.mount import Mount, Outdated
from strongroom.cli.pki.health.settings import settled
from strongroom.cli.pki.health.table import CHECKS
from strongroom.client.client import Answer, Client, Prepared
from strongroom.client.errors import by_status
from strongroom.client.settings import Settings
from tests.unit.cli.pki.authorities import Made

ROOT = Made("root", days=800)
INTERMEDIATE = Made("intermediate", ROOT, days=45)
LEAF = Made("leaf", ROOT, authority=False)
DENIED, OLD = (403, ["permission denied"]), (404, ["unsupported path"])


def asked(answers: Mapping[str, Any]) -> Callable[[Prepared], Answer]:
    """Answers by path: data, headers, or a status with its errors; what isn't there is a 404."""

    def send(request: Prepared) -> Answer:
        found = answers.get(request.path, (404, []))
        if isinstance(found, frozenset):
            return Answer(204, dict.fromkeys(found, "x"), b"")
        if isinstance(found, tuple):
            status, errors = found
            raise by_status(status)("GET", request.url, status, errors=tuple(errors), body="", path=request.path)
        return Answer(200, {}, json.dumps({"data": found}).encode())

    return send


def statuses(name: str, answers: Mapping[str, Any], given: Mapping[str, Any] | None = None) -> list[Status]:
    """What one check finds in a mount `pki`."""
    return [each.status for each in findings(name, answers, given)]


def findings(
    name: str, answers: Mapping[str, Any], given: Mapping[str, Any] | None = None, token: str = "t"
) -> list[Finding]:
    """All that one check finds in a mount `pki`."""
    client = Client(Settings(token=token), send=asked(answers))
    (one,) = (each for each in settled(CHECKS, {name: given or {}}, on=True) if each.check.name == name)
    return list(one.check.run(Mount(client, "pki"), one.values))


def mount(**answers: Any) -> dict[str, Any]:
    """A mount with a root as its one issuer, and what is given by path, `__` for a slash."""
    usual: dict[str, Any] = {
        "pki/issuers": {"keys": ["i"]},
        "pki/issuer/i/json": {"certificate": ROOT.pem},
        "pki/issuer/i": {"certificate": ROOT.pem, "key_id": "k"},
        "pki/certs": {"keys": []},
    }
    return {**usual, **{f"pki/{path.replace('__', '/')}": answer for path, answer in answers.items()}}


def crl(percent_used: float) -> dict[str, Any]:
    """An answer with a list of ten days' lifetime."""
    lifetime = timedelta(days=10)
    return {"crl": ROOT.crl(age=lifetime * percent_used / 100, lifetime=lifetime)}


def ago(days: float) -> dict[str, Any]:
    """The state of a tidy that ended then."""
    return {"time_finished": (datetime.now(UTC) - timedelta(days=days)).isoformat().replace("+00:00", "Z")}


ROLE = {"allowed_domains": ["*.a"], "allow_glob_domains": True, "allow_wildcard_certificates": True}
LOCAL = {"allowed_domains": ["a"], "allow_localhost": True}
TUNE = "sys/mounts/pki/tune"
ROLES = {"pki/roles": {"keys": ["r"]}}
TIDY = {"enabled": True, "interval_duration": 3600, "pause_duration": "0s"}
CASES: list[tuple[str, dict[str, Any], dict[str, Any], list[Status]]] = [
    ("ca_validity_period", mount(), {}, [Status.OK]),
    ("ca_validity_period", mount(issuer__i__json={"certificate": INTERMEDIATE.pem}), {}, [Status.WARNING]),
    ("ca_validity_period", mount(), {"root_expiry_critical": "900d"}, [Status.CRITICAL]),
    ("ca_validity_period", mount(), {"root_expiry_informational": "900d"}, [Status.INFORMATIONAL]),
    ("ca_validity_period", mount(issuers=DENIED), {}, []),
    ("crl_validity_period", mount(issuer__i__crl=crl(94)), {}, [Status.OK]),
    ("crl_validity_period", mount(issuer__i__crl=crl(96)), {}, [Status.CRITICAL]),
    ("crl_validity_period", mount(issuer__i__crl=crl(200)), {}, [Status.CRITICAL]),
    ("crl_validity_period", mount(issuer__i__crl=crl(96), config__crl={"disable": True}), {}, [Status.CRITICAL]),
    (
        "crl_validity_period",
        mount(issuer__i__crl__delta=crl(50)),
        {"delta_crl_expiry_pct_critical": 40},
        [Status.CRITICAL],
    ),
    ("crl_validity_period", mount(issuer__i__crl__delta=OLD), {}, [Status.INVALID_VERSION]),
    ("crl_validity_period", mount(config__crl=DENIED), {}, [Status.INSUFFICIENT_PERMISSIONS]),
    ("hardware_backed_root", mount(key__k={"key_id": "k"}), {}, [Status.INFORMATIONAL]),
    ("hardware_backed_root", mount(key__k={"managed_key_id": "m"}), {}, [Status.OK]),
    ("hardware_backed_root", mount(key__k=DENIED), {}, [Status.INSUFFICIENT_PERMISSIONS]),
    ("hardware_backed_root", mount(issuer__i={"certificate": INTERMEDIATE.pem, "key_id": "k"}), {}, []),
    ("root_issued_leaves", mount(), {}, [Status.OK]),
    ("root_issued_leaves", mount(certs={"keys": ["1"]}, cert__1={"certificate": LEAF.pem}), {}, [Status.WARNING]),
    ("root_issued_leaves", mount(certs={"keys": ["1"]}, cert__1={"certificate": INTERMEDIATE.pem}), {}, [Status.OK]),
    ("root_issued_leaves", mount(certs=DENIED), {}, [Status.INSUFFICIENT_PERMISSIONS]),
    ("role_allows_localhost", {**ROLES, "pki/roles/r": LOCAL}, {}, [Status.WARNING]),
    ("role_allows_localhost", {**ROLES, "pki/roles/r": {**LOCAL, "allowed_domains": []}}, {}, [Status.OK]),
    ("role_allows_localhost", {**ROLES, "pki/roles/r": DENIED}, {}, [Status.INSUFFICIENT_PERMISSIONS]),
    ("role_allows_localhost", {}, {}, []),
    ("role_allows_glob_wildcards", {**ROLES, "pki/roles/r": ROLE}, {}, [Status.WARNING]),
    ("role_allows_glob_wildcards", {**ROLES, "pki/roles/r": {**ROLE, "allowed_domains": ["a"]}}, {}, [Status.OK]),
    ("role_allows_glob_wildcards", {"pki/roles": DENIED}, {}, [Status.INSUFFICIENT_PERMISSIONS]),
    ("role_no_store_false", {**ROLES, "pki/roles/r": {"no_store": False}}, {}, [Status.INFORMATIONAL]),
    ("role_no_store_false", {**ROLES, "pki/roles/r": {"no_store": True}}, {}, [Status.OK]),
    ("role_no_store_false", {**ROLES, "pki/roles/r": {}}, {"allowed_roles": ["r"]}, [Status.OK]),
    (
        "role_no_store_false",
        {**ROLES, "pki/roles/r": {}, "pki/config/auto-tidy": {"enabled": True, "tidy_cert_store": True}},
        {},
        [Status.OK],
    ),
    (
        "role_no_store_false",
        {**ROLES, "pki/roles/r": {}, "pki/config/auto-tidy": {"enabled": True, "tidy_cert_store": False}},
        {},
        [Status.INFORMATIONAL],
    ),
    ("role_no_store_false", {**ROLES, "pki/config/auto-tidy": DENIED}, {}, [Status.INSUFFICIENT_PERMISSIONS]),
    ("audit_visibility", {TUNE: {}}, {}, [Status.INFORMATIONAL] * 29),
    ("audit_visibility", {TUNE: {}}, {"ignored_parameters": ["csr", "certificate"]}, [Status.INFORMATIONAL] * 27),
    ("audit_visibility", {TUNE: DENIED}, {}, [Status.INSUFFICIENT_PERMISSIONS]),
    ("allow_if_modified_since", {TUNE: {}, "pki/crl": frozenset({"last-modified"})}, {}, [Status.OK]),
    ("allow_if_modified_since", {TUNE: {}}, {}, [Status.INFORMATIONAL]),
    (
        "allow_if_modified_since",
        {TUNE: {"passthrough_request_headers": ["if-modified-since"], "allowed_response_headers": ["last-modified"]}},
        {},
        [Status.OK],
    ),
    (
        "enable_auto_tidy",
        {"pki/config/auto-tidy": {"enabled": False}},
        {},
        [Status.INFORMATIONAL],
    ),
    ("enable_auto_tidy", {"pki/config/auto-tidy": TIDY}, {}, [Status.OK]),
    ("enable_auto_tidy", {"pki/config/auto-tidy": {**TIDY, "interval_duration": 7 * 86400}}, {}, [Status.CRITICAL]),
    ("enable_auto_tidy", {"pki/config/auto-tidy": {**TIDY, "pause_duration": "300ms"}}, {}, [Status.WARNING]),
    ("enable_auto_tidy", {"pki/config/auto-tidy": DENIED}, {}, [Status.INSUFFICIENT_PERMISSIONS]),
    ("tidy_last_run", {"pki/tidy-status": {"time_finished": None}}, {}, [Status.CRITICAL]),
    (
        "tidy_last_run",
        {"pki/tidy-status": {"time_finished": None}, "pki/config/auto-tidy": TIDY},
        {},
        [Status.INFORMATIONAL],
    ),
    ("tidy_last_run", {"pki/tidy-status": ago(1)}, {}, [Status.OK]),
    ("tidy_last_run", {"pki/tidy-status": {**ago(1), "state": "Error", "error": "e"}}, {}, [Status.WARNING]),
    ("tidy_last_run", {"pki/tidy-status": ago(3)}, {}, [Status.WARNING]),
    ("tidy_last_run", {"pki/tidy-status": ago(8)}, {}, [Status.CRITICAL]),
    ("tidy_last_run", {"pki/tidy-status": DENIED}, {}, [Status.INSUFFICIENT_PERMISSIONS]),
    ("too_many_certs", mount(certs={"keys": ["1", "2"]}), {}, [Status.OK]),
    ("too_many_certs", mount(certs={"keys": ["1", "2"]}), {"count_warning": 2}, [Status.WARNING]),
    ("too_many_certs", mount(certs={"keys": ["1", "2"]}), {"count_critical": 2}, [Status.CRITICAL]),
    ("too_many_certs", mount(certs={"keys": ["1"] * 250_000}), {}, [Status.INFORMATIONAL]),
    ("enable_acme_issuance", mount(config__acme={"enabled": False}), {}, [Status.NOT_APPLICABLE]),
    (
        "enable_acme_issuance",
        mount(config__acme={"enabled": False}, issuer__i__json={"certificate": INTERMEDIATE.pem}),
        {},
        [Status.INFORMATIONAL],
    ),
    ("enable_acme_issuance", mount(config__acme={"enabled": True}, config__cluster={"path": ""}), {}, [Status.WARNING]),
    (
        "enable_acme_issuance",
        mount(config__acme={"enabled": True}, config__cluster={"path": "http://x"}),
        {},
        [Status.WARNING],
    ),
    ("enable_acme_issuance", mount(config__acme=DENIED), {}, [Status.INSUFFICIENT_PERMISSIONS]),
    ("allow_acme_headers", {"pki/config/acme": {"enabled": False}}, {}, [Status.NOT_APPLICABLE]),
    (
        "allow_acme_headers",
        {"pki/config/acme": {"enabled": True}, TUNE: {}, "pki/acme/new-nonce": frozenset({"replay-nonce"})},
        {},
        [Status.OK],
    ),
    ("allow_acme_headers", {"pki/config/acme": {"enabled": True}, TUNE: {}}, {}, [Status.WARNING]),
    (
        "allow_acme_headers",
        {
            "pki/config/acme": {"enabled": True},
            TUNE: {"allowed_response_headers": ["link", "LOCATION", "Replay-Nonce"]},
        },
        {},
        [Status.OK],
    ),
]


@pytest.mark.parametrize(("name", "answers", "given", "found"), CASES)
def test_a_check_finds(name: str, answers: dict[str, Any], given: dict[str, Any], found: list[Status]) -> None:
    """Each check judges a state of the mount by its limits, and says what it may not read."""
    assert statuses(name, answers, given) == found


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("ca_validity_period", "pki/issuers"),
        ("role_allows_localhost", "pki/roles"),
        ("audit_visibility", TUNE),
        ("enable_auto_tidy", "pki/config/auto-tidy"),
        ("tidy_last_run", "pki/tidy-status"),
        ("enable_acme_issuance", "pki/config/acme"),
    ],
)
def test_an_older_server_is_recognised(name: str, path: str) -> None:
    """A path that the server doesn't have isn't taken for one with nothing behind it."""
    with pytest.raises(Outdated):
        statuses(name, {path: OLD})


SAID: list[tuple[str, dict[str, Any], dict[str, Any], list[str]]] = [
    (
        "ca_validity_period",
        mount(issuer__i__json={"certificate": Made("old", days=-1).pem}),
        {},
        [
            "The root i has expired",
            "`strongroom write pki/root/rotate/internal common_name=NAME`",
            "delete pki/issuer/i`",
        ],
    ),
    (
        "ca_validity_period",
        mount(issuer__i__json={"certificate": INTERMEDIATE.pem}),
        {},
        [
            "The intermediate i",
            "60d (intermediate_expiry_warning)",
            "reissue -issuer_name=next PARENT pki/issuer/i pki`",
        ],
    ),
    (
        "crl_validity_period",
        mount(issuer__i__crl=crl(96)),
        {},
        ["The CRL of i is", "95% of its time is over (crl_expiry_pct_critical)", "`strongroom read pki/crl/rotate`"],
    ),
    (
        "crl_validity_period",
        mount(issuer__i__crl__delta=crl(96), config__crl={"auto_rebuild": True, "auto_rebuild_grace_period": "9m"}),
        {},
        ["The delta CRL of i is", "9m before its end", "`strongroom read pki/crl/rotate-delta`"],
    ),
    (
        "root_issued_leaves",
        mount(certs={"keys": ["0a:0b"]}, **{"cert__0a:0b": {"certificate": LEAF.pem}}),
        {},
        ["The root i has signed 0a:0b"],
    ),
    (
        "hardware_backed_root",
        mount(key__k={"key_id": "k"}),
        {},
        ["The key of the root i", "no keys of hardware modules"],
    ),
    (
        "audit_visibility",
        {TUNE: {"audit_non_hmac_request_keys": ["csr", "private_key"]}},
        {},
        ["`strongroom secrets tune -audit-non-hmac-request-keys=csr pki`", "Strongroom logs a digest all the same"],
    ),
    (
        "allow_acme_headers",
        {"pki/config/acme": {"enabled": True}, TUNE: {"allowed_response_headers": ["X-A", "link"]}},
        {},
        [
            "don't get Replay-Nonce, Location",
            " ".join(f"-allowed-response-headers={each}" for each in ("X-A", "link", "Replay-Nonce", "Location")),
        ],
    ),
    (
        "enable_auto_tidy",
        {"pki/config/auto-tidy": {**TIDY, "pause_duration": "5s"}},
        {},
        ["removes 17280 a day at most", "pause_duration_critical=1s", "pause_duration=0s`"],
    ),
    ("too_many_certs", mount(certs={"keys": ["1", "2"]}), {"count_warning": 2}, ["of pki: 2; count_warning is 2"]),
    ("role_no_store_false", {"pki/roles": DENIED}, {}, ['path "pki/roles" { capabilities = ["list"] }']),
    (
        "enable_auto_tidy",
        {"pki/config/auto-tidy": DENIED},
        {},
        ['path "pki/config/auto-tidy" { capabilities = ["read"] }'],
    ),
]


@pytest.mark.parametrize(("name", "answers", "given", "said"), SAID)
def test_a_finding_names_what_and_why_and_what_to_do(
    name: str, answers: dict[str, Any], given: dict[str, Any], said: list[str]
) -> None:
    """The gravest finding has the object, the value with its limit, and the command that helps."""
    gravest = max(findings(name, answers, given), key=lambda finding: finding.status)
    assert [each for each in said if each not in gravest.message] == []


def test_who_has_no_token_is_told_to_log_in() -> None:
    """A policy doesn't help without a token."""
    (finding,) = findings("tidy_last_run", {"pki/tidy-status": DENIED}, token="")
    assert finding.status is Status.INSUFFICIENT_PERMISSIONS
    assert "`strongroom login`" in finding.message
    assert "capabilities" not in finding.message


def test_a_name_that_a_shell_would_take_apart_is_quoted() -> None:
    """The command is one that can be pasted."""
    (finding,) = findings("role_allows_localhost", {"pki/roles": {"keys": ["a b"]}, "pki/roles/a b": LOCAL})
    assert "`strongroom patch 'pki/roles/a b' allow_localhost=false`" in finding.message


def test_a_path_is_asked_for_once() -> None:
    """Checks that look at the same path share its answer."""
    lines: list[str] = []
    send = asked(mount())

    def counting(request: Prepared) -> Answer:
        lines.append(request.target)
        return send(request)

    shared = Mount(Client(Settings(token="t"), send=counting), "pki")
    for each in settled(CHECKS, {"hardware_backed_root": {"enabled": True}}, on=True):
        if each.check.name in {"ca_validity_period", "root_issued_leaves", "hardware_backed_root", "too_many_certs"}:
            list(each.check.run(shared, each.values))
    assert len(lines) == len(set(lines))
