"""Whoever can write to the store, and hasn't its key, can't end the recording unnoticed."""

from __future__ import annotations

from pathlib import Path

import structlog

from strongroom.audit.devices import DeviceRequest
from strongroom.barrier import keys
from strongroom.server import wiring
from strongroom.server.node_settings import NodeSettings
from tests.flow.sysapi.system_server import Server


async def _remove(server: Server, *wanted: str) -> None:
    storage = server.node.storage
    names = (await storage.scan("")).names
    gone = [name for name in names if any(name.startswith(prefix) for prefix in wanted)]
    assert gone
    await storage.commit({}, dict.fromkeys(gone), {})


async def _audited(path: Path) -> Server:
    server = await Server.start()
    await server.ok("PUT", "sys/audit/file", {"type": "file", "options": {"file_path": str(path)}})
    return server


async def test_a_device_whose_row_has_gone_is_missed(tmp_path: Path) -> None:
    """Nothing is answered any more, and the server's log says which device is missing; once, however many ask."""
    server = await _audited(tmp_path / "a.log")
    await _remove(server, keys.AUDIT_DEVICES)
    with structlog.testing.capture_logs() as said:
        for _ in range(3):
            refused = await server.ask("GET", "sys/mounts")
            assert refused.status == 500
            assert "failed to audit request" in refused.error
    told = [line for line in said if "difference" in line]
    assert [line["difference"] for line in told] == ["missing: file/"]
    assert told[0]["log_level"] == "error"


async def test_the_list_itself_is_missed(tmp_path: Path) -> None:
    """Also when list and device go together, before as after the server is unsealed anew."""
    server = await _audited(tmp_path / "a.log")
    await _remove(server, keys.AUDIT_DEVICES, keys.AUDIT_MANIFEST)
    assert (await server.ask("GET", "sys/mounts")).status == 500


async def test_a_row_that_comes_back_is_noticed(tmp_path: Path) -> None:
    """A device that was disabled and whose old row is put back would be written to where nobody looks."""
    server = await _audited(tmp_path / "a.log")
    storage = server.node.storage
    name = next(name for name in (await storage.scan("")).names if name.startswith(keys.AUDIT_DEVICES))
    row = await storage.get(name)
    assert row is not None
    await server.ok("DELETE", "sys/audit/file")
    await storage.commit({}, {name: row.value}, {})
    assert (await server.ask("GET", "sys/mounts")).status == 500


async def test_the_configuration_is_the_way_out(tmp_path: Path) -> None:
    """A device that is given up is missed no more, and `*` begins a list anew that has gone; both are told."""
    for given_up, gone in (
        (("file",), (keys.AUDIT_DEVICES,)),
        (("*",), (keys.AUDIT_DEVICES, keys.AUDIT_MANIFEST)),
    ):
        server = await _audited(tmp_path / f"{len(gone)}.log")
        await _remove(server, *gone)
        services = server.node.unsealed
        assert services is not None
        await wiring.configure_audit(services.barrier, services.audit, NodeSettings())
        assert (await server.ask("GET", "sys/mounts")).status == 500
        with structlog.testing.capture_logs() as said:
            await wiring.configure_audit(services.barrier, services.audit, NodeSettings(audit_given_up=given_up))
        await server.ok("GET", "sys/mounts")
        assert [line["log_level"] for line in said] == ["warning"]


async def test_a_list_that_has_gone_is_not_begun_anew_by_a_stanza(tmp_path: Path) -> None:
    """That would hide what is missing: the stanza's device isn't made, and nothing is answered."""
    server = await _audited(tmp_path / "a.log")
    await _remove(server, keys.AUDIT_DEVICES, keys.AUDIT_MANIFEST)
    services = server.node.unsealed
    assert services is not None
    stanza = DeviceRequest("other/", "file", "", {"file_path": str(tmp_path / "b.log")}, False)
    await wiring.configure_audit(services.barrier, services.audit, NodeSettings(audit_stanzas=(stanza,)))
    assert (await server.ask("GET", "sys/mounts")).status == 500


async def test_a_stanza_that_cannot_be_used_takes_no_devices_place(tmp_path: Path) -> None:
    """The device that is there goes on, and the log says why; once the stanza can be used, it takes the path."""
    server = await _audited(tmp_path / "a.log")
    services = server.node.unsealed
    assert services is not None
    (tmp_path / "foreign").write_text("somebody's notes\n")
    for name, works in (("foreign", False), ("b.log", True)):
        stanza = DeviceRequest("file/", "file", "", {"file_path": str(tmp_path / name)}, False)
        with structlog.testing.capture_logs() as said:
            await wiring.configure_audit(services.barrier, services.audit, NodeSettings(audit_stanzas=(stanza,)))
        assert [line["log_level"] for line in said] == ["warning" if works else "error"]
        before = (tmp_path / "a.log").read_bytes()
        await server.ok("GET", "sys/mounts")
        assert ((tmp_path / "a.log").read_bytes() == before) is works
    assert (tmp_path / "foreign").read_text() == "somebody's notes\n"
    assert (tmp_path / "b.log").read_bytes()
