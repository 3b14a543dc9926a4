"""The cases of `wire/cert.txt`, sent over TLS by clients with and without certificates."""

from __future__ import annotations

from pathlib import Path

from tests.conformance.auth.cert.clients import Clients
from tests.conformance.servers import start_ours, start_peer
from tests.conformance.wire import compare
from tests.conformance.wire.test_wire import HERE, judge

FILE = HERE / "cert.txt"


def test_answers_agree(tmp_path: Path) -> None:
    """Both servers let the same clients in, with the same answers, and refuse the same."""
    cases = compare.parse(FILE.name, FILE.read_text())
    clients = Clients(tmp_path)
    texts, contexts = clients.texts(), clients.contexts()
    with start_ours(tmp_path, dev_tls=True) as ours, start_peer(tmp_path, dev_tls=True) as peer:
        sides = (compare.Side(each.address, kept=dict(texts), contexts=contexts) for each in (ours, peer))
        found = compare.run(cases, *sides)
    judge(FILE.name, cases, found)
