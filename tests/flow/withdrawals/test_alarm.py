"""The example's hook: what it reads of alarms, and what its token may do."""

from __future__ import annotations

import importlib.util
import io
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.flow.withdrawals.test_at_once import ANN, BAD, BOB, issued

EXAMPLE = Path(__file__).parents[3] / "examples" / "intrusion-detection"


def hook() -> ModuleType:
    """The example's program."""
    spec = importlib.util.spec_from_file_location("revoke_attacker", EXAMPLE / "revoke_attacker.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_what_is_read_of_alarms() -> None:
    """Suricata's severe alerts, and Wazuh's alerts of a high level; nothing else."""
    events: list[dict[str, Any]] = [
        {"event_type": "flow", "src_ip": "192.0.2.1"},
        {"event_type": "alert", "src_ip": "192.0.2.2", "alert": {"severity": 3}},
        {"event_type": "alert", "src_ip": BAD, "alert": {"severity": 1}},
    ]
    lines = io.StringIO("".join(json.dumps(event) + "\n" for event in events))
    assert list(hook().of_suricata(lines)) == [BAD]
    for level, expected in ((12, [BAD]), (11, [])):
        alert = {"rule": {"level": level}, "data": {"srcip": BAD}}
        text = io.StringIO(json.dumps({"parameters": {"alert": alert}}))
        assert list(hook().of_wazuh(text)) == expected


@pytest.mark.parametrize(
    "line", ['{"event_type": "al', '{"event_type": "alert"}', "[]", '{"event_type": "alert", "alert": 1}']
)
def test_a_line_that_cannot_be_read_does_not_end_the_hook(line: str) -> None:
    """A log that was rotated in the middle of a line must not keep later alarms from the server."""
    severe = json.dumps({"event_type": "alert", "src_ip": BAD, "alert": {"severity": 1}})
    assert list(hook().of_suricata(io.StringIO(f"{line}\n{severe}\n"))) == [BAD]


def test_an_address_is_told_of_again_when_it_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever's alarm met a server that was down is not safe from the next one; one that was taken isn't repeated."""
    severe = json.dumps({"event_type": "alert", "src_ip": BAD, "alert": {"severity": 1}}) + "\n"
    answers: list[dict[str, Any] | OSError] = [OSError("down"), {"id": "w"}]
    asked: list[str] = []

    def revoke(address: str) -> dict[str, Any]:
        asked.append(address)
        answer = answers[len(asked) - 1]
        if isinstance(answer, OSError):
            raise answer
        return answer

    module = hook()
    monkeypatch.setattr(module, "revoke", revoke)
    monkeypatch.setattr("sys.stdin", io.StringIO(severe * 3))
    assert module.main(["--eve"]) == 1
    assert asked == [BAD, BAD]


async def test_its_token_ends_what_an_address_has_and_does_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """The body that the hook sends is allowed, and each other one that would reach further isn't."""
    crowd = await issued()
    server = crowd.world.server
    alarm = await server.token((EXAMPLE / "policy.hcl").read_text())
    sent: list[Any] = []

    def urlopen(request: Any, **_: Any) -> Any:
        sent.append(json.loads(request.data))
        return io.BytesIO(b'{"data": {"id": "w"}}')

    token = Path(__file__)
    monkeypatch.setenv("VAULT_ADDR", "http://127.0.0.1:1")
    monkeypatch.setenv("STRONGROOM_TOKEN_FILE", str(token))
    monkeypatch.setattr("urllib.request.urlopen", urlopen)
    assert hook().revoke(BAD) == {"id": "w"}
    (body,) = sent
    for refused in (
        {**body, "undetermined": "end"},
        {**body, "since": "9999h"},
        {name: value for name, value in body.items() if name != "since"},
        {**body, "mount": "auth/approle"},
        {**body, "including_own": True},
    ):
        assert (await server.ask("POST", "sys/revoke-issued", refused, token=alarm)).status == 403
    assert await crowd.alive() == ANN | BOB
    assert (await server.ask("POST", "sys/revoke-issued", body, token=alarm)).status == 202
    assert await crowd.alive() == BOB
    assert await crowd.log_in("carl", BAD) == 403
