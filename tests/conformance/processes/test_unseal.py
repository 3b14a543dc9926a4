"""Initialising and unsealing a node of four workers, over SQLite."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pgpy  # type: ignore[import-untyped]
import pytest
from pgpy import constants

from tests.conformance.processes.node import Node, running
from tests.conformance.processes.wire import Answer

SHARES, THRESHOLD = 5, 3


@pytest.fixture(scope="module")
def unsealed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """A node with a mount, which every test leaves unsealed."""
    with running(Node(tmp_path_factory.mktemp("unseal"))) as node:
        node.ready(SHARES, THRESHOLD)
        node.ok("POST", "sys/mounts/kv", {"type": "kv"})
        yield node


@pytest.fixture(scope="module")
def initialised(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """A node that is never unsealed."""
    with running(Node(tmp_path_factory.mktemp("sealed"))) as node:
        node.start()
        node.init(SHARES, THRESHOLD)
        yield node


@pytest.fixture
def sealed(initialised: Node) -> Node:
    """That node, with no share handed in."""
    initialised.ok("PUT", "sys/unseal", {"reset": True})
    return initialised


@pytest.fixture
def sealed_again(unsealed: Node) -> Node:
    """The other node, sealed."""
    assert unsealed.seal().status == 204
    return unsealed


def hand_in(node: Node, key: str) -> Answer:
    """One share, on a connection of its own and so at any worker."""
    return node.call("PUT", "sys/unseal", {"key": key})


def at_once(calls: list[Callable[[], Answer]]) -> list[Answer]:
    """The answers to calls that are made at the same time."""
    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result() for future in [pool.submit(call) for call in calls]]


def test_what_was_written_is_there_after_a_restart(unsealed: Node) -> None:
    """A value that was acknowledged is read after a stop, a start and an unsealing, with the same root token."""
    unsealed.ok("POST", "kv/kept", {"value": "before"})
    unsealed.restart()
    assert unsealed.call("GET", "kv/kept").status == 503
    unsealed.unseal()
    assert unsealed.ok("GET", "kv/kept").data == {"value": "before"}


def test_shares_are_counted_over_all_workers(sealed_again: Node) -> None:
    """Each share counts once, wherever it arrives; the third unseals every worker."""
    progress = []
    for key in sealed_again.keys[1:4]:
        answer = hand_in(sealed_again, key)
        progress.append((answer.json["progress"], answer.json["sealed"]))
        states = [sealed_again.call("GET", "sys/seal-status").json for _ in range(8)]
        assert {state["sealed"] for state in states} == {answer.json["sealed"]}
        assert {state["progress"] for state in states} == {answer.json["progress"]}
    assert progress == [(1, True), (2, True), (0, False)]


def test_the_same_share_again_counts_once(sealed: Node) -> None:
    """Handing in one share many times never reaches the threshold."""
    assert [hand_in(sealed, sealed.keys[0]).json["progress"] for _ in range(6)] == [1] * 6


def test_reset_forgets_the_shares(sealed: Node) -> None:
    """After a reset the collection is empty and has another nonce when it begins anew."""
    first = hand_in(sealed, sealed.keys[0]).json
    reset = sealed.call("PUT", "sys/unseal", {"reset": True}).json
    assert (reset["progress"], reset["nonce"]) == (0, "")
    second = hand_in(sealed, sealed.keys[0]).json
    assert first["nonce"] and second["nonce"] and first["nonce"] != second["nonce"]


@pytest.mark.parametrize("size", [1, 15, 32, 34, 64])
def test_a_share_of_another_length_is_refused_and_not_counted(sealed: Node, size: int) -> None:
    """Shares have 33 bytes; anything else can't be one."""
    assert hand_in(sealed, "ab" * size).status == 400
    assert sealed.call("GET", "sys/seal-status").json["progress"] == 0


@pytest.mark.parametrize("key", ["", "not hexadecimal or base64 !", "☃"])
def test_what_is_no_share_at_all_is_refused(sealed: Node, key: str) -> None:
    """Text that doesn't decode is refused, and isn't repeated in the answer."""
    answer = hand_in(sealed, key)
    assert answer.status == 400
    assert not key or key.encode() not in answer.body


def test_a_wrong_combination_begins_the_collection_anew(sealed_again: Node) -> None:
    """Two right shares and one wrong one don't unseal; three right ones afterwards do."""
    wrong = "00" * 32 + "ee"
    hand_in(sealed_again, sealed_again.keys[0])
    hand_in(sealed_again, wrong)
    assert hand_in(sealed_again, sealed_again.keys[1]).status == 400
    state = sealed_again.call("GET", "sys/seal-status").json
    assert (state["sealed"], state["progress"]) == (True, 0)
    sealed_again.unseal()


def test_shares_that_arrive_at_once_unseal_once(sealed_again: Node) -> None:
    """All five at the same time, each twice: the node is unsealed, and nothing of them is left in the collection."""
    answers = at_once([lambda key=key: hand_in(sealed_again, key) for key in sealed_again.keys * 2])  # type: ignore[misc]
    assert {answer.status for answer in answers} == {200}, answers
    states = [sealed_again.call("GET", "sys/seal-status").json for _ in range(8)]
    assert {(state["sealed"], state["progress"]) for state in states} == {(False, 0)}
    assert not answers[-1].json["sealed"] or answers[-1].json["progress"] <= THRESHOLD


def test_a_share_for_an_unsealed_node_changes_nothing(unsealed: Node) -> None:
    """The answer is the state."""
    answer = hand_in(unsealed, unsealed.keys[0])
    assert (answer.status, answer.json["sealed"], answer.json["progress"]) == (200, False, 0)


def test_it_is_initialised_once(sealed: Node, unsealed: Node) -> None:
    """A second initialisation is refused, sealed or not."""
    for node in (sealed, unsealed):
        assert node.call("PUT", "sys/init", {"secret_shares": 1, "secret_threshold": 1}).status == 400


def test_of_several_initialisations_at_once_one_wins(tmp_path: Path) -> None:
    """Eight at once, on any worker: one gets shares, and those unseal it with the token that came with them."""
    with running(Node(tmp_path)) as node:
        node.start()
        wanted = {"secret_shares": 2, "secret_threshold": 2}
        answers = at_once([lambda: node.call("PUT", "sys/init", wanted)] * 8)
        assert sorted(answer.status for answer in answers) == [200] + [400] * 7, answers
        made = next(answer.json for answer in answers if answer.status == 200)
        node.keys, node.threshold, node.token = made["keys"], 2, made["root_token"]
        node.unseal()
        node.ok("GET", "auth/token/lookup-self")


@pytest.fixture(scope="module")
def holders() -> list[pgpy.PGPKey]:
    """Three people's PGP keys."""
    return [_pgp_key(name) for name in ("anna", "berta", "carla")]


def _pgp_key(name: str) -> pgpy.PGPKey:
    key = pgpy.PGPKey.new(constants.PubKeyAlgorithm.RSAEncryptOrSign, 2048)
    key.add_uid(
        pgpy.PGPUID.new(name),
        usage={constants.KeyFlags.Sign, constants.KeyFlags.EncryptCommunications, constants.KeyFlags.EncryptStorage},
        hashes=[constants.HashAlgorithm.SHA256],
        ciphers=[constants.SymmetricKeyAlgorithm.AES256],
        compression=[constants.CompressionAlgorithm.Uncompressed],
    )
    return key


def _decrypted(key: pgpy.PGPKey, blob: bytes) -> str:
    plain = key.decrypt(pgpy.PGPMessage.from_blob(blob)).message
    return plain if isinstance(plain, str) else bytes(plain).decode()


@pytest.mark.filterwarnings("ignore:.*has been moved to cryptography.hazmat.decrepit:UserWarning")
def test_shares_for_pgp_keys_open_the_seal_once_decrypted(tmp_path: Path, holders: list[pgpy.PGPKey]) -> None:
    """Each holder's share comes encrypted to that holder alone, the root token to its own key; decrypted, they work."""
    public = [base64.b64encode(bytes(key.pubkey)).decode() for key in holders]
    with running(Node(tmp_path, workers_wanted=2)) as node:
        node.start()
        bad = node.call("PUT", "sys/init", {"secret_shares": 3, "secret_threshold": 2, "pgp_keys": public[:2]})
        assert bad.status == 400
        wanted = {"secret_shares": 3, "secret_threshold": 2, "pgp_keys": public, "root_token_pgp_key": public[0]}
        made = node.call("PUT", "sys/init", wanted).json
        assert [bytes.fromhex(text) for text in made["keys"]] == [base64.b64decode(t) for t in made["keys_base64"]]
        sealed = [base64.b64decode(text) for text in made["keys_base64"]]
        node.keys = [_decrypted(key, blob) for key, blob in zip(holders, sealed, strict=True)][1:]
        node.threshold = 2
        node.token = _decrypted(holders[0], base64.b64decode(made["root_token"]))
        node.unseal()
        node.ok("GET", "auth/token/lookup-self")
        with pytest.raises(pgpy.errors.PGPError):
            _decrypted(holders[0], sealed[1])
