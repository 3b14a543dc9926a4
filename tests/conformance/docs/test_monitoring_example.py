"""The examples for Prometheus and Grafana, with Debian's Prometheus and its `promtool`.

One server is scraped once, by the job and the rules of the example.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.program import Program, wait_until
from tests.conformance.servers import Server, start_ours
from tests.ports import free_port

ROOT = Path(__file__).parents[3]
EXAMPLE = ROOT / "examples" / "monitoring"
NUMBERS = set(re.findall(r"^\| `(\w+)` \|", (ROOT / "docs" / "monitoring.md").read_text(), re.M))
OF_PROMETHEUS = {"up"}
OF_VAULT = {
    line.replace(".", "_")
    for line in (ROOT / "tests" / "vectors" / "telemetry" / "vault-metrics.txt").read_text().splitlines()
}
PANELS = [panel for panel in json.loads((EXAMPLE / "dashboard.json").read_text())["panels"] if panel["type"] != "row"]
QUERIES = [target["expr"] for panel in PANELS for target in panel["targets"]]
VARIABLES = {"$instance": ".*", "$__rate_interval": "1m"}

pytestmark = pytest.mark.skipif(
    shutil.which("promtool") is None or shutil.which("prometheus") is None, reason="needs Debian's package prometheus"
)


def promtool(*arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Run `promtool` on the example."""
    return subprocess.run(["promtool", *arguments], cwd=EXAMPLE, input=stdin, capture_output=True, check=False)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A development server that serves something of each kind: a kv mount, a login, an authority, an audit device."""
    directory = tmp_path_factory.mktemp("scraped")
    with start_ours(directory) as running:
        audit = {"type": "file", "options": {"file_path": str(directory / "audit.log")}}
        for method, path, body in (
            ("PUT", "sys/audit/file", audit),
            ("PUT", "sys/audit/out", {"type": "file", "options": {"file_path": "stdout"}}),
            ("POST", "sys/auth/userpass", {"type": "userpass"}),
            ("POST", "sys/mounts/pki", {"type": "pki"}),
            ("POST", "pki/root/generate/internal", {"common_name": "Root", "key_type": "ec"}),
            ("GET", "pki/crl", None),
        ):
            ask(running, path, method, body)
        yield running


def ask(server: Server, path: str, method: str = "GET", body: object = None) -> bytes:
    """Ask the server with its root token."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"X-Vault-Token": server.token}
    request = urllib.request.Request(f"{server.url}/v1/{path}", data, headers, method=method)
    with urllib.request.urlopen(request, timeout=30) as answer:
        found: bytes = answer.read()
        return found


class Prometheus:
    """A Prometheus that scrapes a server."""

    def __init__(self, port: int) -> None:
        self._url = f"http://127.0.0.1:{port}/api/v1/"

    def ask(self, path: str, **query: str) -> Any:
        """The data of an answer; None while there is none."""
        try:
            with urllib.request.urlopen(f"{self._url}{path}?{urllib.parse.urlencode(query)}", timeout=30) as answer:
                return json.load(answer)["data"]
        except urllib.error.HTTPError as error:
            if error.code == 503:  # it starts
                return None
            pytest.fail(f"{query}: {error.read().decode()}")
        except OSError:
            return None

    def scraped(self) -> dict[str, Any] | None:
        """The target, once it was scraped."""
        targets = (self.ask("targets") or {"activeTargets": []})["activeTargets"]
        found: dict[str, Any] | None = next((each for each in targets if each["health"] != "unknown"), None)
        return found


@pytest.fixture(scope="module")
def prometheus(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    """One with the job and the rules of the example, but for the address, the scheme and the intervals."""
    directory = tmp_path_factory.mktemp("prometheus")
    (directory / "token").write_text(server.token)
    text = (EXAMPLE / "prometheus.yml").read_text()
    for old, new in (
        ("strongroom.example.com:8200", server.address),
        ("scheme: https", "scheme: http"),
        ("/etc/prometheus/strongroom-token", str(directory / "token")),
        ("_interval: 15s", "_interval: 1s"),
    ):
        assert old in text
        text = text.replace(old, new)
    (directory / "prometheus.yml").write_text(text)
    shutil.copy(EXAMPLE / "alerts.yml", directory)
    port = free_port()
    command = (
        "prometheus",
        "--config.file=prometheus.yml",
        f"--web.listen-address=127.0.0.1:{port}",
        f"--storage.tsdb.path={directory / 'data'}",
    )
    program = Program.start(command, directory, directory / "prometheus.log")
    try:
        running = Prometheus(port)
        wait_until(lambda: running.scraped() is not None, "the server isn't scraped")
        yield running
    finally:
        program.stop()


def test_the_rules_and_the_job_are_valid() -> None:
    """By `promtool`; and the rules give the alerts that their own tests expect."""
    for arguments in (
        ("check", "rules", "alerts.yml"),
        ("test", "rules", "alerts_test.yml"),
        ("check", "config", "--syntax-only", "prometheus.yml"),
    ):
        done = promtool(*arguments)
        assert done.returncode == 0, done


def test_the_numbers_are_well_formed(server: Server) -> None:
    """By `promtool`, which dislikes nothing but the names that Vault gave to counters."""
    done = promtool("check", "metrics", stdin=ask(server, "sys/metrics?format=prometheus"))
    told = {tuple(line.split(" ", 1)) for line in done.stderr.decode().splitlines()}
    assert told == {(name, 'counter metrics should have "_total" suffix') for name, _ in told}
    assert {name for name, _ in told} <= OF_VAULT


def test_a_scrape_succeeds(prometheus: Prometheus) -> None:
    """With the token in the header, in the format that Prometheus prefers; all samples are taken."""
    target = prometheus.scraped()
    assert target is not None
    assert (target["health"], target["lastError"]) == ("up", "")
    found = set(prometheus.ask("label/__name__/values"))
    families = {re.sub("_(bucket|sum|count)$", "", name) if name not in NUMBERS else name for name in found}
    assert {name for name in families if name.startswith(("vault_", "process_"))} <= NUMBERS
    assert {"vault_core_unsealed", "vault_core_handle_request", "process_open_fds"} <= families


def test_every_rule_is_evaluated(prometheus: Prometheus) -> None:
    """None fails on the real numbers, and none fires on a server that is well."""

    def rules() -> list[dict[str, Any]]:
        return [rule for group in prometheus.ask("rules")["groups"] for rule in group["rules"]]

    wait_until(lambda: all(rule["health"] != "unknown" for rule in rules()), "the rules aren't evaluated")
    assert {rule["health"] for rule in rules()} == {"ok"}
    assert [rule["name"] for rule in rules() if rule["state"] == "firing"] == []


def test_every_query_of_the_dashboard_is_one(prometheus: Prometheus) -> None:
    """Prometheus evaluates each; those of gauges give a number of this server."""
    empty = []
    for query in QUERIES:
        for name, value in VARIABLES.items():
            query = query.replace(name, value)  # noqa: PLW2901 - filled step by step
        answer = prometheus.ask("query", query=query)
        if not answer["result"] and "[" not in query and "storage_free" not in query and "storage_reserve" not in query:
            empty.append(query)
    assert empty == []


def test_every_number_that_is_asked_for_exists() -> None:
    """In the rules and in the dashboard: those that the page about monitoring lists, which a test compares."""
    asked = " ".join(
        [*QUERIES, *re.findall(r"expr: \|?\s*((?:.|\n)*?)\n {8}(?:for|labels):", (EXAMPLE / "alerts.yml").read_text())]
    )
    names = set(re.findall(r"\b(?:vault|process)_\w+|\bup\b", asked))
    families = {name if name in NUMBERS else re.sub("_(bucket|sum|count)$", "", name) for name in names}
    assert families - NUMBERS == OF_PROMETHEUS
    assert len(families) > 30
