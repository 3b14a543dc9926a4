"""Claims about servers that share a store: what counts once does so whichever of them are asked, and all at once."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import josepy
from cryptography import x509

from tests.conformance.processes.node import Node
from tests.conformance.processes.wire import Answer, Connection
from tests.flow.engines.pki.acme.clients import jws, new_key
from tests.flow.engines.pki.revocations import number

Nodes = tuple[Node, ...]
CONNECTIONS = 6
"""To each node."""
_URL = "https://pki.example/v1/pki/acme/"


def prepare(node: Node) -> None:
    """Mount what the claims are about."""
    for engine in ("pki", "ssh", "totp", "turns"):
        node.ok("POST", f"sys/mounts/{engine}", {"type": engine})
    node.ok("POST", "pki/root/generate/internal", {"common_name": "Root", "key_type": "ec", "ttl": "700h"})
    node.ok("POST", "pki/config/cluster", {"path": "https://pki.example/v1/pki"})
    node.ok("POST", "pki/config/acme", {"enabled": True})
    role = {"allow_any_name": True, "key_type": "ec", "ttl": "1h"}
    node.ok("POST", "pki/roles/any", role)
    node.ok("POST", "pki/roles/few", {**role, "duplicate_limit": 3, "duplicate_window": "1h"})
    node.ok("POST", "ssh/roles/otp", {"key_type": "otp", "default_user": "u", "cidr_list": "127.0.0.0/8"})
    node.ok("POST", "totp/keys/k", {"key": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", "period": "12h"})
    node.ok("POST", "turns/groups/web", {"size": 2})


@contextmanager
def _connected(nodes: Nodes) -> Iterator[list[Connection]]:
    with ExitStack() as stack:
        yield [stack.enter_context(node.connect()) for _ in range(CONNECTIONS) for node in nodes]


def at_once(nodes: Nodes, path: str, bodies: Sequence[Mapping[str, Any]], token: str = "") -> list[Answer]:
    """What each of several connections to each node is answered, when all send at the same time.

    Args:
        bodies: each connection sends the next one; after the last one comes the first again.
    """
    with _connected(nodes) as connections:
        found: dict[int, Answer] = {}
        together = threading.Barrier(len(connections))

        def ask(at: int) -> None:
            together.wait()
            found[at] = connections[at].call("POST", path, bodies[at % len(bodies)], token)

        threads = [threading.Thread(target=ask, args=(at,)) for at in range(len(connections))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return [found[at] for at in range(len(connections))]


def _statuses(answers: list[Answer]) -> Counter[int]:
    return Counter(answer.status for answer in answers)


def _all_but(one: int, nodes: Nodes) -> int:
    return CONNECTIONS * len(nodes) - one


def _signed(node: Node, key: josepy.JWKEC, path: str, payload: Any, kid: str = "") -> dict[str, Any]:
    nonce = node.call("HEAD", "pki/acme/new-nonce", None, "").headers["replay-nonce"]
    who = {"kid": kid} if kid else {"jwk": key.public_key().to_json()}
    return jws(key, {"alg": "ES256", "url": _URL + path, "nonce": nonce, **who}, payload, josepy.ES256)


def a_password_lets_in_once(nodes: Nodes) -> None:
    """One of many hosts that verify a one-time password at the same time lets its bearer in."""
    password = nodes[0].ok("POST", "ssh/creds/otp", {"ip": "127.0.0.1"}).data["key"]
    answers = at_once(nodes, "ssh/verify", [{"otp": password}])
    assert _statuses(answers) == {200: 1, 400: _all_but(1, nodes)}


def a_code_is_valid_once(nodes: Nodes) -> None:
    """One of many verifications of a code succeeds."""
    code = nodes[0].ok("GET", "totp/code/k").data["code"]
    answers = at_once(nodes, "totp/code/k", [{"code": code}], nodes[0].token)
    assert _statuses(answers) == {200: 1, 400: _all_but(1, nodes)}


def a_nonce_is_taken_once(nodes: Nodes) -> None:
    """A signed request is served once, whichever node has given its nonce."""
    key = new_key()
    kid = nodes[0].call("POST", "pki/acme/new-account", _signed(nodes[0], key, "new-account", {}), "").headers
    for node in nodes:
        answers = at_once(nodes, "pki/acme/orders", [_signed(node, key, "orders", None, kid["location"])])
        assert _statuses(answers) == {200: 1, 400: _all_but(1, nodes)}
        assert {answer.json["type"].rpartition(":")[2] for answer in answers if answer.status == 400} == {"badNonce"}


def a_key_has_one_account(nodes: Nodes) -> None:
    """Of many requests for an account with one key, one makes it, and the others are told of it."""
    key = new_key()
    bodies = [_signed(nodes[at % len(nodes)], key, "new-account", {}) for at in range(CONNECTIONS * len(nodes))]
    answers = at_once(nodes, "pki/acme/new-account", bodies)
    assert _statuses(answers) == {201: 1, 200: _all_but(1, nodes)}
    assert len({answer.headers["location"] for answer in answers}) == 1


def a_certificate_is_revoked_once(nodes: Nodes) -> None:
    """All who revoke it are told the same time; it is listed once, and the number of the list grows on every node."""
    last = 0
    for _ in range(3):
        numbers = []
        serial = nodes[0].ok("POST", "pki/issue/any", {"common_name": "a.example"}).data["serial_number"]
        answers = at_once(nodes, "pki/revoke", [{"serial_number": serial}], nodes[0].token)
        assert _statuses(answers) == {200: _all_but(0, nodes)}
        assert len({answer.data["revocation_time_rfc3339"] for answer in answers}) == 1
        for node in nodes:
            crl = x509.load_der_x509_crl(node.call("GET", "pki/crl", None, "").body)
            assert [each.serial_number for each in crl].count(number(serial)) == 1
            numbers.append(crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number)
        # Two processes that found it wanted at the same time may both have made it: the second has the next number.
        assert last < numbers[0] <= numbers[1]
        last = numbers[1]


def the_limit_of_a_role_holds(nodes: Nodes) -> None:
    """Many who ask for a certificate of the same names at once get as many as the role gives."""
    answers = at_once(nodes, "pki/issue/few", [{"common_name": "few.example"}], nodes[0].token)
    assert _statuses(answers) == {200: 3, 429: _all_but(3, nodes)}


def a_place_has_one_holder(nodes: Nodes) -> None:
    """Of many who ask for a turn at once, as many get one as there are places; all are told of the same holders."""
    bodies = [{"holder": f"host-{at}"} for at in range(CONNECTIONS * len(nodes))]
    numbers = []
    for _ in range(3):
        answers = at_once(nodes, "turns/take/web", bodies, nodes[0].token)
        assert _statuses(answers) == {200: 2, 429: _all_but(2, nodes)}
        assert all(1 <= int(answer.headers["retry-after"]) <= 5 for answer in answers if answer.status == 429)
        turns = [answer.data["turn"] for answer in answers if answer.status == 200]
        numbers += [answer.data["number"] for answer in answers if answer.status == 200]
        for node in nodes:
            shown = node.ok("GET", "turns/groups/web/holders").data["holders"]
            assert sorted(each["turn"] for each in shown) == sorted(turns)
        at_once(nodes, "turns/give/web", [{"turn": turn} for turn in turns], nodes[0].token)
    assert len(set(numbers)) == 6


CLAIMS: tuple[Callable[[Nodes], None], ...] = (
    a_password_lets_in_once,
    a_code_is_valid_once,
    a_nonce_is_taken_once,
    a_key_has_one_account,
    a_certificate_is_revoked_once,
    the_limit_of_a_role_holds,
    a_place_has_one_holder,
)
