"""Advisories about the audit log: secrets in clear, entries that are missing, and files that turn into programs."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import Any

import pytest
import structlog

from strongroom.audit.notation import digest_values
from strongroom.http.options import ListenerOptions
from tests.flow.core.test_inline_logins import headers, parameter, started
from tests.flow.node import TestNode
from tests.flow.sysapi.system_server import Server
from tests.flow.sysapi.test_audit import enable, entries

CANARY = "canary-of-an-advisory"


async def test_cve_2024_0831_one_raw_device_makes_no_other_raw(tmp_path: Path) -> None:
    """There a device with `log_raw` took the values away from under the others' digests.

    Here the log that is shipped elsewhere would have held secrets because a second one, for a moment, is to.
    """
    server = await Server.start()
    logs = [tmp_path / name for name in ("before", "raw", "after")]
    await enable(server, logs[0], "before")
    await enable(server, logs[1], "raw", log_raw="true")
    await enable(server, logs[2], "after")
    await server.ok("POST", "cubbyhole/a", {"value": CANARY})
    await server.ok("GET", "cubbyhole/a")
    assert [CANARY in log.read_text() for log in logs] == [False, True, False]


@pytest.mark.parametrize("header", ["X-Vault-Token", "x-vault-token", "Authorization", "Cookie"])
async def test_cve_2024_8365_the_header_of_a_token_is_never_shown(tmp_path: Path, header: str) -> None:
    """There the digests of tokens and accessors in headers were lost in a rewrite, and they stood there in clear.

    Here whoever configures which headers are shown, with `hmac=false`, would have collected tokens.
    """
    server = await Server.start()
    await server.ok("PUT", f"sys/config/auditing/request-headers/{header}", {"hmac": False})
    await enable(server, tmp_path / "log")
    made = await server.ok("POST", "auth/token/create", {})
    token, accessor = made.body["auth"]["client_token"], made.body["auth"]["accessor"]
    sent = {"authorization": f"Bearer {token}", "cookie": f"token={token}"}.get(header.lower(), token)
    await server.ask("GET", "auth/token/lookup-self", token="", headers={header.lower(): sent})
    text = (tmp_path / "log").read_text()
    assert token not in text
    assert accessor not in text
    assert any(header.lower() in entry["request"].get("headers", {}) for entry in entries(tmp_path / "log"))


MALFORMED: list[tuple[str, str, Any]] = [
    ("POST", "kv/data/a", {"data": CANARY}),
    ("POST", "kv/data/a", {"data": [CANARY]}),
    ("POST", "kv/data/a", {"data": {}, "options": {"cas": CANARY}}),
    ("PATCH", "kv/data/a", {"data": CANARY}),
    ("POST", "kv/delete/a", {"versions": CANARY}),
    ("POST", "auth/token/create", {"num_uses": CANARY}),
    ("POST", "auth/userpass/users/ann", {"password": {"value": CANARY}, "token_ttl": CANARY}),
    ("POST", "auth/userpass/login/ann", {"password": {"value": CANARY}}),
    ("POST", "sys/wrapping/wrap", CANARY),
    ("POST", "kv/data/a", f'{{"data": {{"value": "{CANARY}'.encode()),
    ("POST", "kv/data/a", f'{{"{CANARY}": \x01}}'.encode()),
]
MAPS: list[tuple[str, str, Any]] = [
    ("POST", "kv/data/a", {"data": {}, "options": CANARY}),
    ("POST", "kv/metadata/a", {"custom_metadata": CANARY}),
    ("POST", "kv/metadata/a", {"custom_metadata": {"a": [CANARY]}}),
    ("POST", "auth/token/create", {"meta": CANARY}),
    ("POST", "auth/token/create", {"meta": {"a": [CANARY]}}),
    ("POST", "sys/mounts/x", {"type": "kv", "options": CANARY}),
    ("POST", "sys/mounts/x", {"type": "kv", "config": CANARY}),
    ("POST", "sys/mounts/x", {"type": "kv", "config": {"default_lease_ttl": CANARY}}),
    ("POST", "sys/audit/x", {"type": "file", "options": CANARY}),
]


def quoted(directory: Path, requests: list[tuple[str, str, Any]]) -> tuple[str, str]:
    """Send what is malformed; the audit log and the server's own, in which it mustn't be."""

    async def main() -> str:
        node = await TestNode.start()
        log = directory / "log"
        await node.ok("PUT", "sys/audit/file", {"type": "file", "options": {"file_path": str(log)}})
        await node.ok("POST", "sys/mounts/kv", {"type": "kv", "options": {"version": "2"}})
        await node.ok("POST", "sys/auth/userpass", {"type": "userpass"})
        await node.ok("POST", "kv/data/a", {"data": {"b": "c"}})
        answers = [(request, await node.ask(*request)) for request in requests]
        assert {answer.status for _, answer in answers} <= {400}, answers
        return log.read_text()

    with structlog.testing.capture_logs() as events:
        return asyncio.run(main()), repr(events)


def test_cve_2025_4166_what_is_malformed_is_not_quoted(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """There the error about a field of the wrong type quoted the field, in the server's log and in the audit log.

    Here a secret that was sent in the wrong place would have been in both.
    """
    caplog.set_level(logging.DEBUG)
    places = quoted(tmp_path, MALFORMED)
    printed = capfd.readouterr()
    for place in (*places, printed.out, printed.err, caplog.text):
        assert CANARY not in place


def test_cve_2026_115358_nor_what_is_malformed_in_a_map(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """There the same was left open for fields that are maps of names and texts.

    Here `meta`, `options` and `custom_metadata` would have been quoted.
    """
    caplog.set_level(logging.DEBUG)
    places = quoted(tmp_path, MAPS)
    printed = capfd.readouterr()
    for place in (*places, printed.out, printed.err, caplog.text):
        assert CANARY not in place


def test_cve_2025_62705_bytes_are_digested_like_texts() -> None:
    """There values that an engine gave as bytes went into the log as they were, in base64.

    Here whatever an engine answers in bytes would have been there for all to read.
    """
    shown = digest_values(
        {"a": CANARY.encode(), "b": [CANARY.encode(), (CANARY.encode(),)]}, lambda text: f"#{len(text)}"
    )
    assert shown == {"a": f"#{len(CANARY)}", "b": [f"#{len(CANARY)}", [f"#{len(CANARY)}"]]}


async def test_cve_2025_62513_a_raw_body_is_not_logged(tmp_path: Path) -> None:
    """There the answers that aren't JSON were logged whole, certificates' challenges and tokens of OIDC among them.

    Here every answer in a form of its own would have been in the log.
    """
    server = await Server.start()
    await enable(server, tmp_path / "log")
    answer = await server.ok("GET", "sys/metrics?format=prometheus")
    assert isinstance(answer.body, bytes)
    line = next(line for line in answer.body.decode().splitlines() if line and not line.startswith("#"))
    assert line not in (tmp_path / "log").read_text()
    assert len(entries(tmp_path / "log")) == 2


@pytest.mark.parametrize("option", ["file_path", "path"])
@pytest.mark.parametrize("mode", ["0755", "0700", "755", "4600", "0611", "777"])
async def test_cve_2025_6000_a_log_is_never_a_program(tmp_path: Path, option: str, mode: str) -> None:
    """There who may enable audit devices made one an executable plugin, by its mode, its prefix and its place.

    Here the log would have been a program with a first line of the client's choosing.
    """
    server = await Server.start()
    log = tmp_path / "log"
    options = {option: str(log), "mode": mode}
    assert (await server.ask("PUT", "sys/audit/file", {"type": "file", "options": options})).status == 400
    assert not log.exists()


@pytest.mark.parametrize("option", ["file_path", "path"])
async def test_cve_2026_5051_the_older_option_is_checked_as_the_newer(tmp_path: Path, option: str) -> None:
    """There the checks of a log's place were made for `file_path`, not for its older name `path`.

    Here a program of the server's user would have been appended to, by the older name.
    """
    server = await Server.start()
    program = tmp_path / "program"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    for options in ({option: str(program), "mode": "0"}, {option: str(tmp_path)}, {option: "stderr"}):
        assert (await server.ask("PUT", "sys/audit/file", {"type": "file", "options": options})).status == 400, options
    assert program.read_text() == "#!/bin/sh\n"


@pytest.mark.parametrize("prefix", ["#!/bin/sh\n", "@", "#!/bin/sh", "a\rb", "\x1b[2J", "\u2028"])
async def test_cve_2026_93333_what_a_device_is_told_to_write_is_checked(tmp_path: Path, prefix: str) -> None:
    """There the content of an audit device's setting was taken as it came.

    Here lines of the client's choosing would have been in the log; a prefix is refused unless the configuration allows
    for it, and control characters are in any case.
    """
    server = await Server.start()
    options = {"file_path": str(tmp_path / "log"), "prefix": prefix}
    assert (await server.ask("PUT", "sys/audit/file", {"type": "file", "options": options})).status == 400
    assert not (tmp_path / "log").exists()


async def test_cve_2026_115357_without_its_second_entry_nothing_is_given() -> None:
    """There the shares' endpoints answered although the entry of their answer could not be written.

    Here a root token would have been made, or new shares, with nothing in the log but that somebody asked.
    """
    node = await (await TestNode.start()).audited()
    node.options = ListenerOptions(opened=frozenset({"generate-root", "rekey"}))
    began = (await node.ok("PUT", "sys/generate-root/attempt", {}, token="")).body
    node.recorder.failing = lambda entry: entry["type"] == "response"
    for key in node.keys[:2]:
        answer = await node.ask("PUT", "sys/generate-root/update", {"key": key, "nonce": began["nonce"]}, token="")
        assert answer.status == 500
        assert answer.body.keys() == {"errors"}
    node.recorder.failing = lambda entry: False
    asked = [entry for entry in node.recorder.entries if entry["request"]["path"] == "sys/generate-root/update"]
    assert [entry["type"] for entry in asked] == ["request", "request"]


async def test_cve_2024_2877_headers_are_not_logged_unless_asked_for() -> None:
    """There standbys logged all headers of a request.

    Here cookies and credentials for others, which proxies send along, would have been in the log.
    """
    node = await (await TestNode.start()).audited()
    await node.ok("GET", "sys/mounts", headers={"cookie": CANARY, "x-private": CANARY, "authorization": CANARY})
    assert len(node.recorder.entries) == 2
    assert CANARY not in b"".join(node.recorder.lines).decode()
    assert all("headers" not in entry["request"] for entry in node.recorder.entries)


async def test_cve_2026_46358_no_header_of_an_inline_login_is_shown() -> None:
    """There the parameters of such a login, which hold its password, stood in the entries of the request.

    Here an auditor would have read them where an administrator has headers of that name written down.
    """
    node = await started()
    for name in ("x-vault-inline-auth-parameter-1", "X-Vault-Inline-Auth-Path"):
        await node.ok("POST", f"sys/config/auditing/request-headers/{name}", {"hmac": False})
    answer = await node.ask("GET", "probe/rows/a", token="", headers=headers())
    assert answer.status == 404
    text = "".join(map(str, node.recorder.lines))
    assert parameter("password", "right") not in text
    assert "x-vault-inline" not in text.lower().replace("request-headers/x-vault-inline", "")
