"""What the supervisor keeps, and when it starts workers again."""

from __future__ import annotations

from strongroom.barrier.namespace_keys import NamespaceKey
from strongroom.barrier.succession import fingerprint
from strongroom.lib.rand import SystemRandom
from strongroom.lib.secret import Secret
from strongroom.sealing.ceremonies import REKEY, Order, Outcome, State, Verb
from strongroom.sealing.port import MOST_COLLECTIONS, Collections, Progress
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
    assert custody.shares.add(b"a", 3).complete == ()
    custody.unseal(KEYS[0])
    assert custody.shares.progress() == Progress()
    assert custody.shares.add(b"b", 2).complete == ()
    assert custody.shares.add(b"c", 2).complete == (b"b", b"c")


def test_everything_is_forgotten() -> None:
    """Shares, attempts and the root key go at once."""
    custody = Custody(SystemRandom())

    def ask(verb: Verb) -> Outcome:
        return custody.obey(Order(verb, REKEY))

    assert custody.shares.add(b"a", 2).complete == ()
    assert custody.shares.add(b"a", 2, "tenant").complete == ()
    custody.unseal(KEYS[0])
    assert custody.shares.add(b"a", 2).complete == ()
    custody.unseal_namespace(key_of("other"))
    assert ask(Verb.BEGIN).state is State.COLLECTING
    custody.forget()
    assert custody.root_key is None
    assert custody.namespaces == []
    assert custody.shares.add(b"b", 2).complete == ()
    assert custody.shares.add(b"b", 2, "tenant").complete == ()
    assert ask(Verb.SHOW).state is State.ABSENT


def key_of(namespace: str, epoch: tuple[int, ...] = (0,), under: str = "root") -> NamespaceKey:
    """A namespace's root key."""
    return NamespaceKey(namespace, under, under, epoch, KEYS[1])


def test_keys_of_namespaces_are_kept_for_workers_to_come() -> None:
    """Those of ancestors first, because what lies below doesn't open without them."""
    custody = Custody(SystemRandom())
    inner, outer, other = key_of("inner", (0, 3), "outer"), key_of("outer"), key_of("other", (4,))
    for key in (inner, outer, other):
        custody.unseal_namespace(key)
    assert custody.namespaces == [outer, other, inner]


def test_a_sealed_namespace_takes_those_below_with_it() -> None:
    """Its root key, theirs, and the shares for it go; others stay."""
    custody = Custody(SystemRandom())
    keys = [key_of("outer"), key_of("inner", (0, 0), "outer"), key_of("innermost", (0, 0, 0), "inner"), key_of("other")]
    for key in keys:
        custody.unseal_namespace(key)
    custody.shares.add(b"a", 2, "outer")
    custody.shares.add(b"a", 2, "other")
    custody.seal_namespace("outer")
    assert custody.namespaces == [keys[3]]
    assert custody.shares.progress("outer") == Progress()
    assert custody.shares.progress("other").count == 1


def test_late_news_of_an_earlier_epoch_changes_nothing() -> None:
    """Neither the key of the present epoch nor shares on their way are dropped by it."""
    custody = Custody(SystemRandom())
    custody.shares.add(b"a", 2, "tenant")
    custody.seal_namespace("tenant", (0,))
    assert custody.shares.progress("tenant").count == 1
    custody.unseal_namespace(key_of("tenant", (1,)))
    custody.seal_namespace("tenant", (0,))
    assert custody.namespaces == [key_of("tenant", (1,))]
    custody.seal_namespace("tenant", (1,))
    assert custody.namespaces == []


def test_a_key_of_a_new_epoch_ends_what_lay_below_the_former_one() -> None:
    """What was open below a namespace before it was sealed needs its own shares again."""
    custody = Custody(SystemRandom())
    custody.unseal_namespace(key_of("outer"))
    custody.unseal_namespace(key_of("inner", (0, 0), "outer"))
    custody.unseal_namespace(key_of("outer", (1,)))
    assert custody.namespaces == [key_of("outer", (1,))]


def test_shares_for_many_namespaces_are_bounded() -> None:
    """The one that got no share for longest begins anew; the node's own shares stay."""
    collections = Collections(SystemRandom())
    collections.add(b"a", 3)
    for number in range(MOST_COLLECTIONS + 1):
        collections.add(b"a", 3, f"n{number}")
    assert collections.progress().count == 1
    assert [collections.progress(f"n{number}").count for number in (0, 1, 2, MOST_COLLECTIONS)] == [0, 0, 1, 1]


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
