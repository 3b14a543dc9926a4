"""The page about monitoring names every number and every health status that the server gives."""

from __future__ import annotations

import http.client
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conformance.servers import Server, start_ours

PAGE = (Path(__file__).parents[3] / "docs" / "monitoring.md").read_text()

OF_REGIONS = {f"vault_region_{name}" for name in ("role", "term", "applied_revision", "lag_revisions", "lag_seconds")}
"""Only a cluster that is one of two regions has them."""
OF_SOME_STORES = {
    f"vault_storage_{name}" for name in ("free_bytes", "reserve_bytes", "reusable_bytes", "throttled_total")
}
"""These a test of SQLite's store on a full disk looks at; the last one the test of nodes on AWS."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A development server with an audit device of each way, an auth method and a pki mount: their numbers too."""
    directory = tmp_path_factory.mktemp("monitored")
    with start_ours(directory) as running:
        for name, path in (("one", str(directory / "audit.log")), ("two", "stdout")):
            body = {"type": "file", "options": {"file_path": path}}
            assert _ask(running, "PUT", f"sys/audit/{name}", body)[0] == 204
        assert _ask(running, "POST", "sys/auth/userpass", {"type": "userpass"})[0] == 204
        _have_certificates(running)
        assert _ask(running, "POST", "sys/quotas/rate-limit/some", {"rate": 1e9})[0] == 204
        assert _ask(running, "POST", "sys/quotas/lease-count/some", {"max_leases": 1000})[0] == 204
        nowhere = {"aws_s3_bucket": "nowhere", "aws_s3_endpoint": "http://127.0.0.1:9", "aws_access_key_id": "a"}
        schedule = {"storage_type": "aws-s3", "interval": "1h", "aws_secret_access_key": "b", **nowhere}
        assert _ask(running, "POST", "sys/snapshots/schedule/some", schedule)[0] == 204
        due = {"custom_metadata": {"expires_at": "2099-01-01"}}
        assert _ask(running, "POST", "secret/metadata/due", due)[0] < 300
        yield running


def _have_certificates(server: Server) -> None:
    """A mount of pki whose list was read, and that publishes its counts."""
    counts = {"maintain_stored_certificate_counts": True, "publish_stored_certificate_count_metrics": True}
    for path, body in (
        ("sys/mounts/pki", {"type": "pki"}),
        ("pki/root/generate/internal", {"common_name": "Root", "key_type": "ec"}),
        ("pki/config/auto-tidy", counts),
        ("pki/tidy", {"tidy_cert_store": True}),
    ):
        assert _ask(server, "POST", path, body)[0] < 300
    assert _ask(server, "GET", "pki/crl")[0] == 200


def _ask(server: Server, method: str, path: str, body: object = None) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(server.address, timeout=60)
    try:
        connection.request(method, f"/v1/{path}", json.dumps(body) if body else None, {"X-Vault-Token": server.token})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def _first_column(heading: str) -> set[str]:
    section = PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return {line.split("|")[1].strip().strip("`") for line in section.splitlines() if re.match(r"\| [`\d]", line)}


def test_every_number_is_named(server: Server) -> None:
    """The table has the names that `sys/metrics` answers, no more and no less; some only some stores have."""
    status, text = _ask(server, "GET", "sys/metrics?format=prometheus")
    assert status == 200
    assert _first_column("Numbers") - OF_SOME_STORES - OF_REGIONS == set(
        re.findall(r"^# TYPE (\w+)", text.decode(), re.M)
    )
    assert _first_column("Numbers") >= OF_SOME_STORES | OF_REGIONS


def test_labels(server: Server) -> None:
    """Each number's labels stand beside it."""
    _, text = _ask(server, "GET", "sys/metrics?format=prometheus")
    for name, labels in re.findall(r"^(\w+)\{(.*)\} ", text.decode(), re.M):
        family = re.sub("_(bucket|sum|count)$", "", name)
        row = next(line for line in PAGE.splitlines() if line.startswith((f"| `{name}` ", f"| `{family}` ")))
        assert set(re.findall(r'(\w+)="', labels)) - {"le"} <= set(re.findall(r"`(\w+)`", row.split("|")[2]))


def test_numbers_in_json_have_dots(server: Server) -> None:
    """The same numbers, by Vault's names."""
    _, text = _ask(server, "GET", "sys/metrics")
    shown = json.loads(text)
    names = {each["Name"].replace(".", "_") for kind in ("Gauges", "Counters", "Samples") for each in shown[kind]}
    assert names == _first_column("Numbers") - OF_SOME_STORES - OF_REGIONS


def test_health_statuses() -> None:
    """The states of a node and their codes are those that the table has."""
    source = (Path(__file__).parents[3] / "src/strongroom/core/front.py").read_text()
    states = set(re.findall(r'\("(\w+code)", (\d+)\)', source))
    rows = {(row[2].strip(" `"), row[0].strip()) for row in _rows("Health")}
    assert states == rows


def _rows(heading: str) -> list[list[str]]:
    section = PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return [line.strip("| ").split("|") for line in section.splitlines() if re.match(r"\| \d", line)]
