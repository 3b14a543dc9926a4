"""Audit devices that send entries elsewhere, enabled by the API of a whole server."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from strongroom.audit import chain
from strongroom.audit.entry import TEST_PATH
from strongroom.audit.forwarding import Forwarder
from strongroom.audit.outgoing.addresses import AddressRules
from strongroom.barrier.transaction import transact
from strongroom.server.node_settings import NodeSettings
from tests.flow.sysapi.system_server import Server
from tests.ports import free_port
from tests.sim.audit_log import faults
from tests.sim.line_receiver import receiving
from tests.unit.audit.test_spool import until


async def started(folder: Path, allowed: tuple[str, ...] | None = None, own: int = 0) -> Server:
    """A server with a place for entries on their way."""
    rules = AddressRules(allowed, (("0.0.0.0", own),), (str(folder),))
    return await Server.start(NodeSettings(audit_spool_path=str(folder / "spool"), audit_addresses=rules))


async def enabled(server: Server, type_: str, path: str = "out", **options: str) -> str:
    """Ask for a device.  Returns the error; empty if it was made."""
    answer = await server.ask("PUT", f"sys/audit/{path}", {"type": type_, "options": options})
    assert answer.status in {204, 400}
    return answer.error if answer.status == 400 else ""


async def test_a_peer_gets_the_test_entry_and_a_chain_that_verifies(tmp_path: Path) -> None:
    """Enabling brings one entry to the peer; those of requests come by the forwarder, and none is missing."""
    server = await started(tmp_path)
    with receiving() as receiver:
        assert not await enabled(server, "socket", address=receiver.address)
        until(lambda: len(receiver.lines) == 1)
        assert json.loads(receiver.lines[0])["request"]["path"] == TEST_PATH
        for _ in range(3):
            await server.ok("GET", "sys/mounts")
        assert server.node.unsealed is not None
        records = await transact(server.node.unsealed.barrier, server.node.unsealed.audit.records)
        server.node.unsealed.audit.close()
        Forwarder(tmp_path / "spool").drain(10)
        until(lambda: len(receiver.lines) == 1 + 2 * 3)
        assert faults(chain.key_of(records[0].salt), receiver.lines) == []


async def test_who_takes_udp_is_told_what_it_loses(tmp_path: Path) -> None:
    """The device is made, with a warning."""
    server = await started(tmp_path)
    options = {"address": f"127.0.0.1:{free_port()}", "socket_type": "udp", "skip_test": "true"}
    answer = await server.ok("PUT", "sys/audit/out", {"type": "syslog", "options": options})
    assert ["by UDP is lost unseen" in warning for warning in answer.body["warnings"]] == [True]
    assert server.node.unsealed is not None
    server.node.unsealed.audit.close()


async def test_a_device_whose_peer_is_absent_is_refused_unless_the_test_is_skipped(tmp_path: Path) -> None:
    """With `skip_test` it is made, requests go on, and its entries wait."""
    server = await started(tmp_path)
    address = f"127.0.0.1:{free_port()}"
    assert "sanity check failed" in await enabled(server, "socket", address=address)
    assert "sanity check failed" in await enabled(server, "socket", address=address, skip_test="yes")
    assert not await enabled(server, "socket", address=address, skip_test="true")
    await server.ok("GET", "sys/mounts")
    listed = (await server.ok("GET", "sys/audit")).body["data"]["out/"]
    assert listed == {
        "description": "",
        "local": False,
        "options": {"address": address, "skip_test": "true"},
        "path": "out/",
        "type": "socket",
    }
    assert server.node.unsealed is not None
    assert server.node.unsealed.audit.backlogs()["out/"] > 1000
    server.node.unsealed.audit.close()


@pytest.mark.parametrize(
    ("allowed", "address", "reason"),
    [
        (None, "169.254.169.254:80", "link-local"),
        (None, "[fd00:ec2::254]:80", "metadata"),
        (None, "[::ffff:169.254.169.254]:80", "link-local"),
        (None, "224.0.0.1:80", "one machine"),
        (None, "0.0.0.0:80", "one machine"),
        ((), "127.0.0.1:PORT", "audit_addresses"),
        (("10.0.0.0/8", "127.0.0.1:1"), "127.0.0.1:PORT", "audit_addresses"),
        (("10.0.0.0/8",), "localhost:PORT", "audit_addresses"),
        (("127.0.0.1",), "127.0.0.1:PORT", ""),
        (("127.0.0.0/8",), "localhost:PORT", ""),
        (("localhost",), "localhost:PORT", ""),
        (("127.0.0.1:PORT",), "127.0.0.1:PORT", ""),
    ],
)
async def test_addresses_that_a_client_names(
    tmp_path: Path, allowed: tuple[str, ...] | None, address: str, reason: str
) -> None:
    """What the rules don't allow is refused before anything is sent, also with `skip_test`."""
    with receiving() as receiver:
        port = str(receiver.port)
        rules = None if allowed is None else tuple(rule.replace("PORT", port) for rule in allowed)
        server = await started(tmp_path, rules)
        where = address.replace("PORT", port)
        for extra in ({}, {"skip_test": "true"}):
            error = await enabled(
                server, "socket", address=where, socket_type="tcp4" if "local" in where else "tcp", **extra
            )
            assert (reason in error) if reason else not error
            await server.ok("DELETE", "sys/audit/out")
        assert not receiver.connections if reason else receiver.is_asked()
        assert server.node.unsealed is not None
        server.node.unsealed.audit.close()


@pytest.mark.parametrize("type_", ["socket", "http", "syslog"])
async def test_the_server_sends_nothing_to_itself(tmp_path: Path, type_: str) -> None:
    """Each entry would make two more."""
    with receiving() as receiver:
        server = await started(tmp_path, own=receiver.port)
        options = {"uri": f"http://{receiver.address}"} if type_ == "http" else {"address": receiver.address}
        assert "this server itself" in await enabled(server, type_, **options)
        assert not receiver.connections


async def test_sockets_of_the_server_itself_are_no_peers(tmp_path: Path) -> None:
    """Nor by a symbolic link."""
    server = await started(tmp_path / "own")
    with receiving(path=str(tmp_path / "s")) as receiver:
        (tmp_path / "own").mkdir(exist_ok=True)
        (tmp_path / "link").symlink_to(tmp_path / "own" / "sock")
        with socket.socket(socket.AF_UNIX) as own:
            own.bind(str(tmp_path / "own" / "sock"))
            own.listen()
            for path in ("own/sock", "link"):
                error = await enabled(server, "socket", address=str(tmp_path / path), socket_type="unix")
                assert "belongs to the server" in error
        assert not await enabled(server, "socket", address=receiver.address, socket_type="unix")
        assert server.node.unsealed is not None
        server.node.unsealed.audit.close()


@pytest.mark.parametrize(
    ("type_", "options", "reason"),
    [
        ("socket", {}, "address is required"),
        ("socket", {"address": "x:1", "socket_type": "x"}, "unknown network"),
        ("socket", {"address": "nonsense"}, "missing port in address"),
        ("socket", {"address": ":9090"}, "has to stand before the port"),
        ("socket", {"address": "x:99999"}, "invalid port"),
        ("socket", {"address": "x:0"}, "invalid port"),
        ("socket", {"address": "relative", "socket_type": "unix"}, "path from the root"),
        ("socket", {"address": "/" + "x" * 200, "socket_type": "unix"}, "107 bytes"),
        ("socket", {"address": "x:1", "write_timeout": "x"}, "invalid duration"),
        ("socket", {"address": "x:1", "write_timeout": "-1s"}, "between 0 and an hour"),
        ("socket", {"address": "x:1", "max_line": "7"}, "480 bytes at least"),
        ("socket", {"address": "x:1", "max_line": "x"}, ""),
        ("socket", {"address": "x:1", "tls_server_name": "y"}, 'socket_type = "tls"'),
        ("socket", {"address": "x:1", "socket_type": "tls", "tls_ca_cert": "no PEM"}, "no certificate in PEM"),
        ("socket", {"address": "x:1", "socket_type": "tls", "tls_ca_file": "/etc/shadow"}, "configuration only"),
        ("syslog", {"facility": "nonsense"}, "invalid syslog facility: NONSENSE"),
        ("syslog", {"tag": "a b"}, "a tag holds"),
        ("syslog", {"tag": "x" * 49}, "a tag holds"),
        ("syslog", {"hostname": "a\nb"}, "a hostname holds"),
        ("syslog", {"socket_type": "udp"}, "needs an address"),
        ("syslog", {"tls_server_name": "y"}, "options of TLS"),
        ("http", {}, "uri is required"),
        ("http", {"uri": "ftp://x"}, "uri must be a URL"),
        ("http", {"uri": "http://u:p@x"}, "password"),
        ("http", {"uri": "file:///etc/passwd"}, "only its configuration"),
        ("http", {"uri": "http://x", "headers": '{"a": ["env://HOME"]}'}, "only its configuration"),
        ("http", {"uri": "http://x", "headers": "x"}, "failed to parse headers"),
        ("http", {"uri": "http://x", "headers": '{"a": "b"}'}, "failed to parse headers"),
        ("http", {"uri": "http://x", "headers": "[" * 100_000}, "failed to parse headers"),
        ("http", {"uri": "http://x", "headers": '{"Content-Length": ["1"]}'}, "cannot be set"),
        ("http", {"uri": "http://x", "headers": '{"a\\r\\nb": ["1"]}'}, "cannot be set"),
        ("http", {"uri": "http://x", "headers": '{"a": ["b\\r\\nc: d"]}'}, "a header's value"),
        ("http", {"uri": "http://x", "lines_per_request": "0"}, "from 1 to 1000"),
        ("http", {"uri": "http://x", "lines_per_request": "9" * 5000}, "from 1 to 1000"),
    ],
)
async def test_options_that_cannot_work(tmp_path: Path, type_: str, options: dict[str, str], reason: str) -> None:
    """Are refused with the reason, and nothing is made."""
    server = await started(tmp_path)
    error = await enabled(server, type_, **options)
    assert error
    assert reason in error
    assert (await server.ok("GET", "sys/audit")).body["data"] == {}
    assert not (tmp_path / "spool").exists()


async def test_without_a_spool_the_answer_says_what_to_set() -> None:
    """A server on another store than SQLite needs a directory for it."""
    server = await Server.start()
    assert "audit_spool_path" in await enabled(server, "socket", address="127.0.0.1:1", skip_test="true")
