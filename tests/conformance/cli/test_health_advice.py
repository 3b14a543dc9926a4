"""What `pki health-check` advises helps: its commands are run as they are printed, and the check is content."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.program import OURS, forked, wait_until
from tests.conformance.servers import Server, start_ours

_COMMAND = re.compile("`(strongroom [^`]*)`")


@dataclass(frozen=True)
class Case:
    """A mount that a check finds fault with."""

    check: str
    prepare: str
    """Commands that make it so; `@` stands for the mount."""
    values: dict[str, Any]
    """Parameters of the check."""
    before: str
    """The status that is found."""
    after: str = "ok"
    """The status of every finding when the advice is followed."""


_ROOT = "$P write @/root/generate/internal common_name=root key_type=ec ttl=24h"
_ISSUED = "$P pki issue @/issuer/default @-i common_name=int key_type=ec ttl=1h"
_INTERMEDIATE = f"{_ROOT} && $P secrets enable -path=@-i pki && {_ISSUED}"
_AUTO_TIDY = "$P write @/config/auto-tidy"
_ROLE = "$P write @/roles/r key_type=ec"
_LIMITS = {f"root_expiry_{each}": "30h" for each in ("critical", "warning", "informational")}
CASES = (
    Case("ca_validity_period", _ROOT, _LIMITS, "critical"),
    Case("role_allows_localhost", f"{_ROOT} && {_ROLE} allowed_domains=a.com", {}, "warning"),
    Case(
        "role_allows_glob_wildcards",
        f"{_ROOT} && {_ROLE} allowed_domains='*.a.com' allow_glob_domains=true",
        {},
        "warning",
    ),
    Case("role_no_store_false", f"{_ROOT} && {_ROLE} && {_AUTO_TIDY} enabled=false", {}, "informational"),
    Case("enable_auto_tidy", f"{_AUTO_TIDY} enabled=false", {}, "informational"),
    Case("enable_auto_tidy", f"{_AUTO_TIDY} interval_duration=30d pause_duration=2s", {}, "critical"),
    Case("tidy_last_run", f"{_AUTO_TIDY} enabled=false", {}, "critical"),
    Case("tidy_last_run", "true", {}, "informational"),
    Case(
        "audit_visibility", "$P secrets tune -audit-non-hmac-request-keys=private_key @", {}, "warning", "informational"
    ),
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A dev server."""
    with start_ours(tmp_path_factory.mktemp("health")) as server:
        yield server


def shell(server: Server, line: str) -> subprocess.CompletedProcess[str]:
    """Run a command line as who reads the advice would."""
    environment = {
        "PATH": f"{forked(OURS).parent}:{os.environ['PATH']}",
        "HOME": "/nonexistent",
        "P": "strongroom",
        "VAULT_ADDR": server.url,
        "VAULT_TOKEN": server.token,
    }
    return subprocess.run(["bash", "-c", line], env=environment, capture_output=True, text=True, check=False)


def found(server: Server, case: Case, mount: str, directory: Path) -> list[dict[str, Any]]:
    """The findings of the check that ask for something: the gravest first."""
    config = directory / "config.json"
    config.write_text(json.dumps({case.check: {"enabled": True, **case.values}}))
    done = shell(server, f"$P pki health-check -default-disabled -format=json -health-config={config} {mount}")
    assert not done.stderr
    findings: list[dict[str, Any]] = json.loads(done.stdout)[case.check]
    gravest = max(each["status_code"] for each in findings)
    assert done.returncode == (gravest if gravest > 1 else 0)
    return sorted(findings, key=lambda each: -each["status_code"])


@pytest.mark.parametrize("number", range(len(CASES)), ids=[f"{each.check} {each.before}" for each in CASES])
def test_advice_helps(server: Server, tmp_path: Path, number: int) -> None:
    """All commands of the gravest findings are run, and nothing of that status is found any more."""
    case, mount = CASES[number], f"m{number}"
    for line in (f"$P secrets enable -path={mount} pki", case.prepare.replace("@", mount)):
        done = shell(server, line)
        assert done.returncode == 0, done.stderr
    before = found(server, case, mount, tmp_path)
    assert before[0]["status"] == case.before
    advised = [
        command
        for each in before
        if each["status"] not in {"ok", case.after}
        for command in _COMMAND.findall(each["message"])
    ]
    assert advised
    for command in advised:
        done = shell(server, command)
        assert done.returncode == 0, (command, done.stderr)
    # A run of tidy goes on beside the requests.
    wait_until(
        lambda: {each["status"] for each in found(server, case, mount, tmp_path)} == {case.after},
        lambda: str(found(server, case, mount, tmp_path)),
    )


def test_an_intermediate_gets_its_successor(server: Server, tmp_path: Path) -> None:
    """The advice names the issuer and its mount; who signs has to be put in."""
    limits = {f"{kind}_expiry_{each}": "2h" for kind in ("root", "intermediate") for each in ("critical",)}
    case = Case("ca_validity_period", _INTERMEDIATE, limits, "critical")
    done = shell(server, f"$P secrets enable -path=chain pki && {case.prepare.replace('@', 'chain')}")
    assert done.returncode == 0, done.stderr
    gravest = found(server, case, "chain-i", tmp_path)[0]
    assert gravest["status"] == "critical"
    commands = _COMMAND.findall(gravest["message"])
    assert len(commands) == 3
    # The successor is to live longer than the one that it is like.
    commands[0] = f"{commands[0].replace('PARENT', 'chain/issuer/default')} ttl=10h"
    for command in commands:
        done = shell(server, command)
        assert done.returncode == 0, (command, done.stderr)
    assert [each for each in found(server, case, "chain-i", tmp_path) if each["status"] == "critical"] == []


def test_the_audit_log_shows_what_was_advised(server: Server, tmp_path: Path) -> None:
    """One command names a parameter beside those that are named already; the finding about it is gone."""
    done = shell(server, "$P secrets enable -path=seen pki && $P secrets tune -audit-non-hmac-request-keys=ttl seen")
    assert done.returncode == 0, done.stderr
    case = Case("audit_visibility", "", {}, "informational")
    before = found(server, case, "seen", tmp_path)
    (finding,) = (each for each in before if each["message"].startswith("csr "))
    (command,) = _COMMAND.findall(finding["message"])
    done = shell(server, command)
    assert done.returncode == 0, done.stderr
    after = found(server, case, "seen", tmp_path)
    assert [each["message"].partition(" ")[0] for each in before if each is not finding] == [
        each["message"].partition(" ")[0] for each in after
    ]
