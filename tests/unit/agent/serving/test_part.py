"""The part of an agent that serves clients is there only if somebody can reach it."""

from __future__ import annotations

import threading

import pytest

from strongroom.agent.serving.part import ServingPart
from strongroom.client.settings import Settings
from strongroom.lib.clock import SystemClock
from strongroom.lib.rand import SystemRandom
from tests.unit.agent.serving.running import config_of

LISTENER = 'listener "tcp" {\n address = "127.0.0.1:0"\n tls_disable = true\n}\n'
TEMPLATE = 'template {\n contents = "x"\n destination = "/x"\n}\n'
AGENT = 'auto_auth { method "token_file" { config = { token_file_path = "/x" } } }\n'


@pytest.mark.parametrize(("more", "shown"), [(LISTENER, {"version", "listeners", "cache"}), ("", set())])
async def test_without_a_listener_nothing_is_set_up(more: str, shown: set[str]) -> None:
    """No connection to the server, no cache, no thread; other parts may tell of themselves all the same."""
    threads = threading.active_count()
    part = ServingPart(config_of(f"{AGENT} cache {{}}\n{TEMPLATE}{more}"), "agent", SystemClock(), SystemRandom())
    part.status.add("other", lambda: "part")
    part.attach(Settings(address="http://127.0.0.1:1"), None, lambda: None)
    await part.start()
    assert set(part.status.document()) == {"other", *shown}
    assert threading.active_count() == threads or more
    part.reload(config_of(AGENT + TEMPLATE + more), Settings(address="http://127.0.0.1:1"))
    await part.close()
