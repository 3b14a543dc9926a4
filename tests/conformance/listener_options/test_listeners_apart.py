"""Several listeners of one node, each with settings of its own."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import dataclass

import hvac  # type: ignore[import-untyped]
import pytest

from tests.conformance.listener_options.exchange import ask
from tests.conformance.servers import Server, start_ours
from tests.ports import free_port

CONFIG = """
storage "sqlite" {{ path = "{{directory}}/data" }}
workers = 2
api_addr = "http://api.example:8200"
enable_response_header_hostname = true
listener "tcp" {{
  address = "{{address}}"
  tls_disable = true
}}
listener "tcp" {{
  address = "{strict}"
  tls_disable = true
  require_request_header = true
  redact_addresses = true
  redact_cluster_name = true
  redact_version = true
  max_request_size = 20000
  max_json_depth = 5
  max_json_string_value_length = 100
  max_json_object_entry_count = 6
  max_json_array_element_count = 5
  max_request_json_strings = 12
}}
listener "tcp" {{
  address = "{dressed}"
  tls_disable = true
  max_request_size = -1
  telemetry {{
    unauthenticated_metrics_access = true
  }}
  custom_response_headers {{
    "default" = {{
      "Strict-Transport-Security" = ["max-age=1", "preload"]
      "X-Both" = ["default"]
      "X-Vault-Own" = ["no"]
    }}
    "2xx" = {{ "X-Both" = ["class"] }}
    "204" = {{ "X-Both" = ["exact"] }}
    "404" = {{ "X-Missing" = ["yes"] }}
    "400" = {{ "X-Bad" = ["yes"] }}
  }}
}}
listener "tcp" {{
  address = "{metrics}"
  tls_disable = true
  telemetry {{
    unauthenticated_metrics_access = true
    metrics_only = true
  }}
}}
listener "tcp" {{
  address = "{mute}"
  tls_disable = true
  telemetry {{
    disallow_metrics = true
  }}
}}
"""
NAMES = ("strict", "dressed", "metrics", "mute")
AGREED = {"X-Vault-Request": "true"}


@dataclass(frozen=True)
class Node:
    """An unsealed server, and where its listeners are."""

    server: Server
    at: dict[str, str]
    token: str


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """Two worker processes over the embedded store, initialised and unsealed."""
    at = {name: f"127.0.0.1:{free_port()}" for name in NAMES}
    with start_ours(tmp_path_factory.mktemp("listeners"), CONFIG.format(**at)) as server:
        client = hvac.Client(server.url)
        made = client.sys.initialize(1, 1)
        client.sys.submit_unseal_key(made["keys"][0])
        token = made["root_token"]
        client.token = token
        client.sys.enable_secrets_engine("kv", "secret", options={"version": "1"})
        client.adapter.close()
        yield Node(server, at | {"plain": server.address}, token)


def test_requires_the_header(node: Node) -> None:
    """Only the exact header opens the listener, as at the reference's proxy; the plain listener asks for nothing."""
    for sent in ({}, {"X-Vault-Request": "TRUE"}, {"X-Vault-Request": "1"}):
        refused = ask(node.at["strict"], "/v1/sys/health", headers=sent)
        assert (refused.status, refused.errors) == (412, ['missing "X-Vault-Request" header'])
    assert ask(node.at["strict"], "/v1/sys/health", headers=AGREED).status == 200
    assert ask(node.at["plain"], "/v1/sys/health").status == 200


def test_redacts_what_needs_no_token(node: Node) -> None:
    """Version and cluster name are gone from one listener's answers and stay in the other's."""
    for path in ("/v1/sys/health", "/v1/sys/seal-status"):
        hidden = ask(node.at["strict"], path, headers=AGREED).json
        shown = ask(node.at["plain"], path).json
        assert hidden["version"] == ""
        assert "cluster_name" not in hidden
        assert shown["version"] and shown["cluster_name"]
        assert hidden["cluster_id"] == shown["cluster_id"]
    assert ask(node.at["strict"], "/v1/sys/seal-status", headers=AGREED).json["commit_date"] == ""


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ({"a": {"b": {"c": {"d": {"e": {}}}}}}, "JSON input exceeds allowed nesting depth"),
        ({"a": "x" * 101}, "JSON string value exceeds allowed length"),
        (
            {str(number): 1 for number in range(7)},
            "JSON object exceeds allowed entry count",
        ),
        ({"a": list(range(6))}, "JSON array exceeds allowed element count"),
        (
            {str(number): ["x", "y"] for number in range(5)},
            "refused JSON input due to high complexity: exceeded maximum number of strings",
        ),
    ],
)
def test_limits_on_json(node: Node, data: dict[str, object], text: str) -> None:
    """What is too complex for one listener is refused by it and taken by the other."""
    refused = ask(node.at["strict"], "/v1/secret/json", "PUT", data, node.token, AGREED)
    assert (refused.status, len(refused.errors)) == (400, 1)
    assert refused.errors[0].startswith(f"{text}: ")
    assert ask(node.at["plain"], "/v1/secret/json", "PUT", data, node.token).status == 204


def test_what_is_at_the_limits_passes(node: Node) -> None:
    """Limits are the last that is allowed, not the first that isn't."""
    data = {"a": {"b": {"c": {"d": {}}}}, "e": "x" * 100, "f": list(range(5))}
    assert ask(node.at["strict"], "/v1/secret/json", "PUT", data, node.token, AGREED).status == 204


def test_default_limits_on_json(node: Node) -> None:
    """A listener that says nothing has Vault's limits."""
    longest = {"a": "x" * 1024 * 1024}
    assert ask(node.at["plain"], "/v1/secret/long", "PUT", {"a": longest["a"] + "x"}, node.token).status == 400
    many = ask(node.at["plain"], "/v1/secret/many", "PUT", {"a": [1] * 10_001}, node.token)
    assert many.errors == ["JSON array exceeds allowed element count: 10000 is the most (max_json_array_element_count)"]
    assert ask(node.at["plain"], "/v1/secret/many", "PUT", {"a": [1] * 10_000}, node.token).status == 204


def test_size_of_requests(node: Node) -> None:
    """One listener takes 20,000 bytes, one without a limit more than the default of 32 MiB."""
    refused = ask(node.at["strict"], "/v1/secret/big", "PUT", b" " * 20_001, node.token, AGREED)
    assert refused.status == 413
    assert ask(node.at["dressed"], "/v1/secret/big", "PUT", b" " * (33 << 20) + b'{"a": 1}', node.token).status == 204


def test_custom_headers(node: Node) -> None:
    """By status, the most exact first, in the place of the server's own, on refusals of the listener as well."""
    found = ask(node.at["dressed"], "/v1/sys/health").headers
    assert (found["strict-transport-security"], found["x-both"]) == ("max-age=1; preload", "class")
    assert found["cache-control"] == "no-store"
    assert "x-missing" not in found
    assert "x-vault-own" not in found
    written = ask(node.at["dressed"], "/v1/secret/headers", "PUT", {"a": 1}, node.token)
    assert (written.status, written.headers["x-both"]) == (204, "exact")
    missing = ask(node.at["dressed"], "/v1/secret/none", token=node.token)
    assert (missing.status, missing.headers["x-missing"], missing.headers["x-both"]) == (404, "yes", "default")
    plain = ask(node.at["plain"], "/v1/sys/health").headers
    assert "x-both" not in plain
    assert plain["strict-transport-security"].startswith("max-age=31536000")
    host, _, port = node.at["dressed"].partition(":")
    with socket.create_connection((host, int(port))) as raw:
        raw.sendall(b"nonsense\r\n\r\n")
        assert b"x-bad: yes\r\n" in raw.recv(4096).lower()


def test_reserved_headers_are_noticed(node: Node) -> None:
    """A header that the server keeps to itself isn't sent, and the log says so with its place."""
    assert "the header X-Vault-Own is the server's own" in node.server.log_text()


def test_every_answer_names_the_machine(node: Node) -> None:
    """`enable_response_header_hostname` holds for all listeners."""
    for name in ("plain", "dressed"):
        assert ask(node.at[name], "/v1/sys/health").headers["x-vault-hostname"] == socket.gethostname()


def test_metrics(node: Node) -> None:
    """Without a token where that is allowed, nothing else where only they are, not at all where they are off."""
    assert ask(node.at["plain"], "/v1/sys/metrics").status == 403
    shown = ask(node.at["dressed"], "/v1/sys/metrics?format=prometheus")
    assert (shown.status, shown.body.startswith(b"# HELP")) == (200, True)
    assert "Gauges" in ask(node.at["metrics"], "/v1/sys/metrics").json
    assert ask(node.at["metrics"], "/v1/sys/metrics", "PUT", {}).status == 405
    for path in ("/v1/sys/health", "/v1/secret/headers", "/v1/sys/metrics/", "/v1/sys/%6detrics"):
        assert ask(node.at["metrics"], path, token=node.token).status == 404
    for path in ("/v1/sys/metrics", "/v1/sys/%6detrics"):
        refused = ask(node.at["mute"], path, token=node.token)
        assert (refused.status, refused.body) == (403, b"metrics endpoint is disabled for this listener\n")
