"""Advisories about what a server's process prints, and leaves on its disk."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conformance.processes.node import Node, running

CANARY = "canary-of-the-environment"
ENVIRONMENT = dict.fromkeys(
    ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "ALL_PROXY", "NO_PROXY"),
    f"http://user:{CANARY}@127.0.0.1:9",
) | {"VAULT_TOKEN": CANARY, "STRONGROOM_TOKEN": CANARY, "GITHUB_TOKEN": CANARY}


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """A node that was started with secrets in its environment, and with an open umask."""
    directory = tmp_path_factory.mktemp("advisories")
    started = Node(
        directory, workers_wanted=1, environment=ENVIRONMENT, runs_as=("sh", "-c", 'umask 0; exec "$@"', "sh")
    )
    with running(started) as node:
        node.ready()
        node.ok("POST", "sys/mounts/kv", {"type": "kv"})
        yield node


def test_cve_2020_13223_the_environment_is_not_logged(node: Node) -> None:
    """There the addresses of proxies were logged at the start, with the password in them.

    Here whatever the server's environment holds would have been in its log.
    """
    assert "server started!" in node.log_text()
    assert CANARY not in node.log_text()


def test_cve_2021_38553_the_store_is_for_its_user_alone(node: Node) -> None:
    """There the database of the embedded store could be read by every user of the machine.

    Here the same, where the umask is open.
    """
    store = Path(node.directory / "store")
    found = [store, *store.rglob("*")] if store.is_dir() else sorted(node.directory.glob("store*"))
    assert found
    for file in found:
        assert stat.S_IMODE(file.stat().st_mode) & 0o077 == 0, file


@pytest.mark.parametrize("length", [5_000, 15_000, 60_000])
def test_cve_2021_45042_a_long_name_stops_no_store(node: Node, length: int) -> None:
    """There the name of a secret that was too long for the store ended the process, by whoever may write one.

    Here it is kept or refused, and the store goes on.
    """
    answer = node.call("POST", "kv/" + "n" * length, {"value": "x"})
    assert answer.status in {204, 400, 414, 431}, answer
    nested = node.call("POST", "kv/" + "n/" * (length // 2) + "n", {"value": "x"})
    assert nested.status in {204, 400, 414, 431}, nested
    node.ok("POST", "kv/after", {"value": "y"})
    assert node.ok("GET", "kv/after").data == {"value": "y"}
    assert len(node.workers()) == 1
