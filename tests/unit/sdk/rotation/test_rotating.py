"""Rotating an account: whatever breaks off where, the credential that the other system has is known."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from strongroom.lib.errors import Unreachable, UpstreamFailed
from strongroom.sdk.rotation import (
    Account,
    Credential,
    Kept,
    RotationSettings,
    System,
    do_what_is_due,
    find,
    imported,
    rotate,
    settle,
    wake_at,
)
from strongroom.sdk.rotation import account as steps
from strongroom.sdk.rotation.rotating import Step, Verdict, verdict_of

EVERY_MINUTE = RotationSettings(period_s=60)
AT_MIDNIGHT = RotationSettings(schedule="0 0 * * *", window_s=3600)
DAY = 86_400.0


class Crash(BaseException):
    """The process dies here."""


class Store:
    """One stored account.  Commits, or dies before or after it."""

    def __init__(self, account: Account, settings: RotationSettings = EVERY_MINUTE) -> None:
        self.account = account
        self.settings = settings
        self.faults: list[str] = []
        self.gone = False

    async def keep(self, step: Step, /) -> Kept | None:
        """Store what a step makes of the account."""
        fault = self.faults.pop(0) if self.faults else ""
        await asyncio.sleep(0)
        if fault == "before":
            raise Crash
        if self.gone:
            return None
        self.account = step(self.account, self.settings)
        if fault == "after":
            raise Crash
        return Kept(self.account, self.settings)


class Elsewhere:
    """The other system: one user with one password.  Takes, refuses, is silent before or after it took it."""

    def __init__(self, password: str, faults: list[str] | None = None) -> None:
        self.password = password
        self.faults = faults or []
        self.asked: list[str] = []
        self.can_log_in = True
        self.previous_ended = False

    async def change(self, candidate: Credential, account: Account) -> Credential | None:
        """Take a password."""
        self.asked.append(candidate["password"])
        fault = self._fault()
        await asyncio.sleep(0)
        if fault in {"take", "silent after", "refuse after", "die after"}:
            self.password = candidate["password"]
        if fault.startswith("die"):
            raise Crash
        if fault.startswith("silent"):
            raise Unreachable("no answer")
        if fault.startswith("refuse"):
            raise UpstreamFailed("too short")
        return None

    async def proves(self, credential: Credential) -> bool:
        """Try a password."""
        fault = self._fault() if self.faults[:1] in (["silent"], ["die"]) else ""
        await asyncio.sleep(0)
        if fault == "silent":
            raise Unreachable("no answer")
        if fault == "die":
            raise Crash
        return self.can_log_in and credential["password"] == self.password

    async def end(self, credential: Credential) -> None:
        """End the previous one."""
        self.previous_ended = True

    def system(self, **options: object) -> System:
        """What a rotation needs."""
        return System(change=self.change, proves=self.proves, **options)  # type: ignore[arg-type]

    def _fault(self) -> str:
        return self.faults.pop(0) if self.faults else "take"


def password(number: int) -> Credential:
    """A password."""
    return {"password": f"p{number}"}


def fresh() -> Account:
    """An account whose password is the first one, due after a minute."""
    return imported(password(0), EVERY_MINUTE, 0.0)


def run(work: Awaitable[object]) -> object:
    """Run to the end, or to the crash or the error."""

    async def guarded() -> object:
        try:
            return await work
        except (Crash, UpstreamFailed) as error:
            return error

    return asyncio.run(guarded())


def test_a_rotation() -> None:
    """The new one is current, the old one is previous, and the next time is stored."""
    store, other = Store(fresh()), Elsewhere("p0")
    run(rotate(store.keep, other.system(), 0, password(1), 60.0))
    account = store.account
    assert (account.current, account.previous, account.candidate) == (password(1), password(0), {})
    assert (account.version, account.rotated_at, account.next_rotation_at) == (1, 60.0, 120.0)
    assert other.password == "p1"


def test_the_candidate_is_stored_first() -> None:
    """Who dies before that has changed nothing in the other system."""
    store, other = Store(fresh()), Elsewhere("p0")
    store.faults = ["before"]
    assert isinstance(run(rotate(store.keep, other.system(), 0, password(1), 60.0)), Crash)
    assert other.asked == []


def test_silence_keeps_the_candidate() -> None:
    """The next attempt looks whether it is in force, and doesn't change anything if it is."""
    store, other = Store(fresh()), Elsewhere("p0", ["silent after"])
    assert isinstance(run(rotate(store.keep, other.system(), 0, password(1), 60.0)), Unreachable)
    assert (store.account.candidate, store.account.attempts, store.account.last_error) == (password(1), 1, "no answer")
    assert store.account.current == password(0)
    run(do_what_is_due(store.keep, other.system(), password(2), 70.0))
    assert store.account.current == password(1)
    assert other.asked == ["p1"]


def test_a_refusal_is_followed_by_another_candidate() -> None:
    """A password that the other system doesn't want isn't sent again."""
    store, other = Store(fresh()), Elsewhere("p0", ["refuse", "refuse"])
    for at, number in ((60.0, 1), (70.0, 2), (90.0, 3)):
        assert wake_at(store.account, EVERY_MINUTE) <= at
        run(do_what_is_due(store.keep, other.system(), password(number), at))
    assert other.asked == ["p1", "p2", "p3"]
    assert store.account.current == password(3)
    assert (store.account.attempts, store.account.last_error) == (0, "")


def test_a_refusal_of_what_is_in_force_is_none() -> None:
    """Another attempt had changed it already; a login tells."""
    store, other = Store(fresh()), Elsewhere("p0", ["refuse after"])
    assert run(rotate(store.keep, other.system(), 0, password(1), 60.0)) == store.account
    assert (store.account.current, store.account.version) == (password(1), 1)


def test_a_refused_change_may_take_place_later() -> None:
    """It was under way in another attempt; the password is known, and the next refusal finds it."""
    store, other = Store(fresh()), Elsewhere("p0", ["refuse", "refuse"])
    run(rotate(store.keep, other.system(), 0, password(1), 60.0))
    other.password = "p1"
    assert password(1) in store.account.known
    assert store.account.current == password(0)
    assert isinstance(run(rotate(store.keep, other.system(), 0, password(2), 70.0)), UpstreamFailed)
    assert store.account.current == password(1)


def test_one_is_refused_while_the_other_gets_no_answer() -> None:
    """With the same candidate: it stays in doubt, unless it has been proved meanwhile."""
    refused = steps.refused(steps.begun(fresh(), 0, password(1), 60.0), password(1), "no", EVERY_MINUTE, 60.0)
    in_doubt = steps.silent(refused, password(1), "no answer", 61.0)
    assert in_doubt.pending and in_doubt.candidate == password(1)
    proved = steps.proven(in_doubt, password(1), EVERY_MINUTE, 62.0)
    assert steps.silent(proved, password(1), "no answer", 63.0) == proved
    another = steps.begun(refused, 0, password(2), 64.0)
    assert steps.silent(another, password(1), "no answer", 65.0) == another


def test_who_asks_by_hand_gets_the_refusal_and_nobody_goes_on() -> None:
    """The rotation isn't due, so the next one is at its own time."""
    store, other = Store(fresh()), Elsewhere("p0", ["refuse"])
    assert isinstance(run(rotate(store.keep, other.system(), 0, password(1), 10.0)), UpstreamFailed)
    assert wake_at(store.account, EVERY_MINUTE) == 60.0
    assert store.account.last_error == "too short"


def test_a_change_without_effect_is_a_refusal() -> None:
    """Statements that name another user say that all is well; the old password tells that it isn't."""
    store, other = Store(fresh()), Elsewhere("p0", ["nothing"])
    error = run(rotate(store.keep, other.system(), 0, password(1), 60.0))
    assert isinstance(error, UpstreamFailed) and "still in force" in error.text
    assert store.account.current == password(0)


def test_a_user_who_may_not_log_in() -> None:
    """What the other system acknowledges counts, but for the server's own account."""
    store, other = Store(fresh()), Elsewhere("p0")
    other.can_log_in = False
    run(rotate(store.keep, other.system(), 0, password(1), 60.0))
    assert store.account.current == password(1)
    error = run(rotate(store.keep, other.system(has_to_log_in=True), 1, password(2), 120.0))
    assert isinstance(error, UpstreamFailed)
    assert (store.account.current, store.account.candidate) == (password(1), password(2))


@pytest.mark.parametrize("fault", ["silent before", "refuse"])
def test_a_system_that_lets_in_whoever_comes(fault: str) -> None:
    """A login tells nothing there, so only what the other system acknowledged counts."""

    async def anybody(credential: Credential) -> bool:
        return True

    store, other = Store(fresh()), Elsewhere("p0", [fault])
    system = System(change=other.change, proves=anybody, admits_any=anybody)
    assert isinstance(run(rotate(store.keep, system, 0, password(1), 60.0)), UpstreamFailed)
    run(settle(store.keep, system, 61.0))
    assert (store.account.current, other.password) == (password(0), "p0")
    run(do_what_is_due(store.keep, system, password(2), 70.0))
    assert store.account.current == {"password": other.password} != password(0)


def test_who_comes_too_late_changes_nothing() -> None:
    """A second worker with the same version finds that it is done."""
    store, other = Store(fresh()), Elsewhere("p0")
    run(rotate(store.keep, other.system(), 0, password(1), 60.0))
    run(rotate(store.keep, other.system(), 0, password(2), 61.0))
    assert other.asked == ["p1"]
    assert (store.account.candidate, store.account.pending) == ({}, False)


def test_a_deleted_account() -> None:
    """Nothing is asked for one that is gone."""
    store, other = Store(fresh()), Elsewhere("p0")
    store.gone = True
    assert run(rotate(store.keep, other.system(), 0, password(1), 60.0)) is None
    run(do_what_is_due(store.keep, other.system(), password(1), 60.0))
    assert other.asked == []


def test_a_missed_window_waits_for_the_next() -> None:
    """The other system was down for all of it."""
    store, other = Store(imported(password(0), AT_MIDNIGHT, 0.0), AT_MIDNIGHT), Elsewhere("p0")
    run(do_what_is_due(store.keep, other.system(), password(1), DAY + 3600))
    assert other.asked == []
    assert store.account.next_rotation_at == 2 * DAY
    assert wake_at(store.account, AT_MIDNIGHT) == 2 * DAY


def test_a_change_that_began_in_the_window_is_settled_after_it() -> None:
    """Clients have to get what is in force; a new change waits."""
    store, other = Store(imported(password(0), AT_MIDNIGHT, 0.0), AT_MIDNIGHT), Elsewhere("p0", ["silent after"])
    run(do_what_is_due(store.keep, other.system(), password(1), DAY + 3000))
    run(do_what_is_due(store.keep, other.system(), password(2), DAY + 4000))
    assert (store.account.current, other.asked) == (password(1), ["p1"])

    store, other = Store(imported(password(0), AT_MIDNIGHT, 0.0), AT_MIDNIGHT), Elsewhere("p0", ["silent before"])
    run(do_what_is_due(store.keep, other.system(), password(1), DAY + 3000))
    run(do_what_is_due(store.keep, other.system(), password(2), DAY + 4000))
    assert (store.account.current, other.asked) == (password(0), ["p1"])
    assert wake_at(store.account, AT_MIDNIGHT) == 2 * DAY
    run(do_what_is_due(store.keep, other.system(), password(2), 2 * DAY))
    assert (store.account.current, other.asked) == (password(1), ["p1", "p1"])


def test_a_refusal_near_the_end_of_the_window() -> None:
    """The next attempt would be outside, so it is at the next time."""
    store, other = Store(imported(password(0), AT_MIDNIGHT, 0.0), AT_MIDNIGHT), Elsewhere("p0", ["refuse"])
    run(do_what_is_due(store.keep, other.system(), password(1), DAY + 3595))
    assert wake_at(store.account, AT_MIDNIGHT) == 2 * DAY


def test_the_previous_one_ends_with_its_grace() -> None:
    """Where both are valid; a failure is tried again, and keeps nobody from rotating."""
    store, other = Store(fresh()), Elsewhere("p0")
    system = other.system(end=other.end, grace_s=30, cuts=False)
    run(rotate(store.keep, system, 0, password(1), 60.0))
    assert store.account.previous_until == 90.0
    run(do_what_is_due(store.keep, system, password(2), 89.0))
    assert not other.previous_ended
    run(do_what_is_due(store.keep, system, password(2), 90.0))
    assert other.previous_ended
    assert (store.account.previous, store.account.previous_until) == ({}, 0.0)
    assert wake_at(store.account, EVERY_MINUTE) == 120.0


def test_an_ending_that_comes_after_the_next_rotation() -> None:
    """It hit the user whose turn it is by then: their password is looked at, and set again."""
    store, other = Store(fresh()), Elsewhere("p0")
    system = other.system(end=other.end, grace_s=30, cuts=False)
    run(rotate(store.keep, system, 0, password(1), 60.0))
    run(rotate(store.keep, system, 1, password(2), 80.0))  # while the first one's `end` is under way
    store.account = steps.ended(store.account, password(0), 91.0)
    other.password = "nobody knows"
    assert wake_at(store.account, EVERY_MINUTE) == 91.0
    run(do_what_is_due(store.keep, system, password(3), 91.0))
    assert (other.password, store.account.current) == ("p2", password(2))
    assert not store.account.pending and wake_at(store.account, EVERY_MINUTE) > 91.0


def test_a_backup_of_the_other_system_is_found() -> None:
    """An earlier password logs in again, and it is known."""
    store, other = Store(fresh()), Elsewhere("p0")
    for version in range(5):
        run(rotate(store.keep, other.system(), version, password(version + 1), 60.0))
    other.password = "p1"
    assert asyncio.run(find(store.account, other.system())) == password(1)
    other.password = "of somebody else"
    assert asyncio.run(find(store.account, other.system())) is None


def test_nothing_of_it_is_printed() -> None:
    """An account in a log line or a trace shows no credential."""
    assert "p0" not in repr(fresh())
    assert "p0" not in repr(Kept(fresh(), EVERY_MINUTE))


STORE_FAULTS = st.lists(st.sampled_from(["", "", "before", "after"]), max_size=6)
FAULTS = st.lists(
    st.sampled_from(
        [
            "take",
            "nothing",
            "silent",
            "silent before",
            "silent after",
            "refuse",
            "refuse after",
            "die",
            "die before",
            "die after",
        ]
    ),
    max_size=8,
)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(STORE_FAULTS, FAULTS, st.booleans(), st.sampled_from([1.0, 70.0, 4000.0])), max_size=8))
def test_somebody_always_knows_the_password(rounds: list[tuple[list[str], list[str], bool, float]]) -> None:
    """Crashes before and after each commit, silence, refusals, and two workers at the same time."""
    store, other, now, number = Store(fresh()), Elsewhere("p0"), 0.0, 0

    async def work(one: Awaitable[object]) -> None:
        with contextlib.suppress(Crash, UpstreamFailed):
            await one

    async def one_round(two: bool) -> None:
        nonlocal number
        workers = []
        for _ in range(2 if two else 1):
            number += 1
            made, version = password(number), store.account.version
            if number % 3:
                workers.append(work(do_what_is_due(store.keep, other.system(), made, now)))
            else:
                workers.append(work(rotate(store.keep, other.system(), version, made, now)))
        await asyncio.gather(*workers)
        assert {"password": other.password} in store.account.known

    for store.faults, other.faults, two, step in rounds:
        now += step
        asyncio.run(one_round(two))
    store.faults, other.faults = [], []
    # All is well again: everything that is due is done, and what clients get is in force.
    for _ in range(20):
        wake = wake_at(store.account, EVERY_MINUTE)
        if not store.account.pending and not store.account.attempts:
            break
        now = max(now, wake)
        number += 1
        asyncio.run(do_what_is_due(store.keep, other.system(), password(number), now))
    if any(two for _, _, two, _ in rounds):
        # One may have been refused, and the other, with the same candidate, died when it was taken.
        asyncio.run(do_what_is_due(store.keep, other.system(), password(number + 1), now + 60))
    assert store.account.current == {"password": other.password}


@given(
    st.builds(
        Account,
        current=st.just(password(0)),
        candidate=st.sampled_from([{}, password(1)]),
        sent=st.booleans(),
        previous_until=st.sampled_from([0.0, 50.0, 1e6]),
        next_rotation_at=st.sampled_from([0.0, DAY, DAY + 60, 1e6]),
        next_attempt_at=st.sampled_from([0.0, DAY, DAY + 100, 1e6]),
        attempts=st.integers(0, 3),
    ),
    st.sampled_from([RotationSettings(), EVERY_MINUTE, AT_MIDNIGHT, RotationSettings(period_s=60, disabled=True)]),
    FAULTS,
)
def test_nobody_is_woken_in_vain(account: Account, settings_: RotationSettings, faults: list[str]) -> None:
    """Who is called when the account wants to be looked at finds something to do, and leaves a later time."""
    store, other = Store(account, settings_), Elsewhere("p0", [each for each in faults if "die" not in each])
    now = wake_at(account, settings_)
    if not now:
        return
    assert account.previous_until == now or verdict_of(account, settings_, now) is not Verdict.WAIT
    run(do_what_is_due(store.keep, other.system(), password(2), now))
    later = wake_at(store.account, settings_)
    assert later == 0 or later > now


@pytest.mark.parametrize("made", [{"key": "AKIA2"}, None])
def test_a_credential_that_the_other_system_makes(made: Credential | None) -> None:
    """It is stored before a login proves it."""
    store = Store(imported({"key": "AKIA1"}, EVERY_MINUTE, 0.0))
    seen: list[Credential] = []

    async def change(candidate: Credential, account: Account) -> Credential | None:
        return made

    async def proves(credential: Credential) -> bool:
        seen.append(dict(store.account.candidate))
        return True

    run(rotate(store.keep, System(change=change, proves=proves, cuts=False), 0, {"key": "intent"}, 60.0))
    assert store.account.current == (made or {"key": "intent"})
    assert seen == [made or {"key": "intent"}]
