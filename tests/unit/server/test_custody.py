"""What the supervisor keeps, and when it starts workers again."""

from __future__ import annotations

from strongroom.barrier.succession import fingerprint
from strongroom.lib.rand import SystemRandom
from strongroom.lib.secret import Secret
from strongroom.sealing.ceremonies import REKEY, Order, Outcome, State, Verb
from strongroom.sealing.shares import EMPTY
from strongroom.server.supervisor.custody import Custody
from strongroom.server.supervisor.restarts import Restarts

KEYS = [Secret(bytes([number] * 32)) for number in range(3)]


def test_root_keys_follow_one_another() -> None:
    """Told of a successor by several workers, late or twice, it keeps the last of the line; sealed, it keeps none."""
    custody = Custody(SystemRandom())
    assert not custody.succeed(fingerprint(KEYS[0]), KEYS[1])
    assert custody.root_key is None
    custody.unseal(KEYS[0])
    told = [custody.succeed(fingerprint(KEYS[n]), KEYS[n + 1]) for n in (1, 0, 0, 1, 0)]
    assert told == [False, True, False, True, False]
    assert custody.root_key == KEYS[2]


def test_shares_are_forgotten_once_they_have_done_their_work() -> None:
    """An unsealed node keeps none, whoever handed them in."""
    custody = Custody(SystemRandom())
    assert custody.submit(b"a", 3) == ()
    custody.unseal(KEYS[0])
    assert custody.collection == EMPTY
    assert custody.submit(b"b", 2) == ()
    assert custody.submit(b"c", 2) == (b"b", b"c")


def test_everything_is_forgotten() -> None:
    """Shares, attempts and the root key go at once."""
    custody = Custody(SystemRandom())

    def ask(verb: Verb) -> Outcome:
        return custody.obey(Order(verb, REKEY))

    assert custody.submit(b"a", 2) == ()
    custody.unseal(KEYS[0])
    assert custody.submit(b"a", 2) == ()
    assert ask(Verb.BEGIN).state is State.COLLECTING
    custody.forget()
    assert custody.root_key is None
    assert custody.submit(b"b", 2) == ()
    assert ask(Verb.SHOW).state is State.ABSENT


def test_workers_come_back_ever_later() -> None:
    """At once after one failure, then after growing pauses up to ten seconds; at once again after one that worked."""
    restarts = Restarts()
    pauses = []
    for _ in range(9):
        restarts.after_failure(0, 100.0)
        pauses.append(next(s for s in (0.0, 1.0, 2.0, 4.0, 8.0, 10.0) if restarts.take_due(100.0 + s)))
    assert pauses == [0.0, 1.0, 2.0, 4.0, 8.0, 10.0, 10.0, 10.0, 10.0]
    restarts.after_failure(0, 100.0, lived_s=11.0)
    assert restarts.take_due(100.0) == [0]
    assert restarts.take_due(100.0) == []
    restarts.at_once(1, 100.0)
    restarts.clear()
    assert restarts.take_due(200.0) == []
