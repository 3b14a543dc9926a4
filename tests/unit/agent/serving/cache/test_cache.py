"""Answers that are given again, renewed, and forgotten in time."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Callable

import pytest

from strongroom.agent.serving.cache.revocations import Everything
from strongroom.agent.serving.question import Question
from strongroom.http.message import HttpResponse
from tests.unit.agent.serving.cache.keeping import Kept, hit, said


def leasing(duration_s: int = 60, renewal: Callable[[int], HttpResponse] | None = None) -> Callable[..., HttpResponse]:
    """A server that gives a new lease, or a new token, for each request.

    Args:
        renewal: the answer to the renewal of a number, from 0; the full duration by default.
    """
    numbers, renewals = itertools.count(), itertools.count()

    def answer(question: Question) -> HttpResponse:
        place = question.place
        if place.endswith(("renew", "renew-self")):
            full = {"lease_id": json.loads(question.body).get("lease_id", ""), "lease_duration": duration_s}
            return renewal(next(renewals)) if renewal is not None else said({**full, "renewable": True})
        number = next(numbers)
        if "revoke" in place:
            return HttpResponse(204)
        if place.startswith("auth/"):
            orphan = "login" in place
            auth = {"client_token": f"t{number}", "accessor": f"a{number}", "orphan": orphan}
            return said({"auth": {**auth, "lease_duration": duration_s, "renewable": True}})
        if place.startswith("kv/"):
            return said({"data": {"number": number}})
        lease = {"lease_id": f"{place}/{number}", "lease_duration": duration_s, "renewable": True}
        return said({**lease, "data": {"number": number}})

    return answer


def number_of(response: HttpResponse) -> int:
    """Of the secret in an answer."""
    return int(json.loads(response.body)["data"]["number"])


async def test_a_lease_is_given_again() -> None:
    """Byte for byte, with its age; another request, and another token, get their own."""
    kept = Kept(leasing(), own={"own", "other"})
    first = await kept.ask("db/creds/r")
    await kept.pass_time(30)
    again = await kept.ask("db/creds/r")
    assert (hit(first), hit(again), dict(again.headers)["Age"]) == ("MISS", "HIT", "30")
    assert (first.status, first.body) == (again.status, again.body)
    assert hit(await kept.ask("db/creds/s")) == "MISS"
    assert hit(await kept.ask("db/creds/r", token="other")) == "MISS"
    assert (kept.counters.hit, kept.counters.miss) == (1, 3)


@pytest.mark.parametrize("token", ["", "of-somebody"])
async def test_what_ends_with_a_token_of_nobody_here_is_not_kept(token: str) -> None:
    """The end of a token that the agent doesn't know couldn't be noticed."""
    kept = Kept(leasing())
    assert [hit(await kept.ask("db/creds/r", token=token)) for _ in range(2)] == ["MISS", "MISS"]
    assert [hit(await kept.ask("auth/token/create", token=token)) for _ in range(2)] == ["MISS", "MISS"]
    assert len(kept.cache) == 0


async def test_a_login_makes_its_token_one_of_the_caches() -> None:
    """Leases and tokens made with it are kept from then on."""
    kept = Kept(leasing())
    token = json.loads((await kept.ask("auth/approle/login", token="", method="POST")).body)["auth"]["client_token"]
    assert hit(await kept.ask("auth/approle/login", token="", method="POST")) == "HIT"
    for path in ("db/creds/r", "auth/token/create"):
        assert [hit(await kept.ask(path, token=token)) for _ in range(2)] == ["MISS", "HIT"]


async def test_what_holds_nothing_is_asked_for_each_time() -> None:
    """A secret without a lease may change at any time."""
    kept = Kept(leasing())
    assert [number_of(await kept.ask("kv/a")) for _ in range(3)] == [0, 1, 2]


@pytest.mark.parametrize("path", ["sys/leases/renew", "auth/token/renew-self", "sys/wrapping/unwrap"])
async def test_a_renewal_is_never_given_again(path: str) -> None:
    """Each is asked of the server, although its answer holds a lease or a token."""
    kept = Kept(leasing())
    for _ in range(2):
        assert hit(await kept.ask(path, method="PUT", body=b'{"lease_id": "db/1"}')) == "MISS"
    assert len(kept.asked) == 2


async def test_what_is_kept_is_renewed_with_its_own_token() -> None:
    """Again and again, as long as the server renews it; clients get the same answer all the time."""
    kept = Kept(leasing())
    first = await kept.ask("db/creds/r")
    token = json.loads((await kept.ask("auth/x/login", token="")).body)["auth"]["client_token"]
    await kept.pass_time(600)
    assert (hit(await kept.ask("db/creds/r")), hit(await kept.ask("auth/x/login", token=""))) == ("HIT", "HIT")
    assert (await kept.ask("db/creds/r")).body == first.body
    renewals = {(each.method, each.place, each.body, each.token) for each in kept.asked[2:]}
    assert renewals == {
        ("PUT", "sys/leases/renew", b'{"lease_id":"db/creds/r/0"}', "own"),
        ("PUT", "auth/token/renew-self", b"{}", token),
    }
    assert 2 * 600 / 46 - 2 <= len(kept.asked) - 2 <= 2 * 600 / 40


@pytest.mark.parametrize(
    ("renewal", "lasts"),
    [
        (said({"errors": ["lease not found"]}, 400), False),
        (said({"errors": ["permission denied"]}, 403), False),
        (said({"lease_id": "x", "lease_duration": 0}), False),
        (said({"errors": ["request rate exceeded"]}, 429), True),
        (said({"errors": ["sealed"]}, 503), True),
        (HttpResponse(200, (), b"no JSON"), True),
    ],
)
async def test_what_is_not_renewed_is_given_to_nobody(renewal: HttpResponse, lasts: bool) -> None:
    """Where the server refuses; where it is only troubled, the lease is kept until shortly before its end."""
    kept = Kept(leasing(60, lambda _: renewal))
    await kept.ask("db/creds/r")
    await kept.pass_time(39)
    assert len(kept.cache) == 1
    await kept.pass_time(10)
    assert len(kept.cache) == int(lasts)
    await kept.pass_time(6)
    assert len(kept.cache) == 0
    assert hit(await kept.ask("db/creds/r")) == "MISS"


async def test_a_server_that_is_away_for_a_while_costs_nothing() -> None:
    """The renewal succeeds later, and the same lease goes on."""
    away = [said({"errors": []}, 502)] * 3
    back = said({"lease_id": "x", "lease_duration": 60, "renewable": True})
    kept = Kept(leasing(60, lambda number: away[number] if number < 3 else back))
    await kept.ask("db/creds/r")
    await kept.pass_time(100)
    assert hit(await kept.ask("db/creds/r")) == "HIT"


@pytest.mark.parametrize(("status", "left"), [(403, 0), (200, 2), (503, 2)])
async def test_a_token_that_is_invalid_takes_everything_along(status: int, left: int) -> None:
    """A denied request raises the doubt, and the token is asked for; what policies don't allow changes nothing."""
    kept = Kept(leasing())
    token = json.loads((await kept.ask("auth/x/login", token="")).body)["auth"]["client_token"]
    await kept.ask("db/creds/r", token=token)
    kept.answer = lambda q: said({"errors": ["permission denied"]}, status if "lookup" in q.place else 403)
    assert (await kept.ask("kv/a", token=token)).status == 403
    assert len(kept.cache) == left


@pytest.mark.parametrize(
    ("path", "body", "again"),
    [
        ("auth/token/revoke", b'{"token": "t1"}', {"db/creds/r"}),
        ("auth/token/revoke-accessor", b'{"accessor": "a1"}', {"db/creds/r"}),
        ("auth/token/revoke-self", b"", set[str]()),
        ("sys/leases/revoke", b'{"lease_id": "db/creds/r/0"}', {"auth/token/create"}),
        ("sys/leases/revoke-prefix/db", b"", {"auth/token/create"}),
    ],
)
async def test_a_revocation_by_a_client_is_noticed(path: str, body: bytes, again: set[str]) -> None:
    """What it has ended isn't given to anybody any more, nor renewed, nor kept in files."""
    kept = Kept(leasing())
    for each in ("db/creds/r", "auth/token/create"):
        await kept.ask(each)
    assert (await kept.ask(path, method="PUT", body=body)).status == 204
    assert len(kept.memory.kept) == len(kept.cache) == len(again)
    for each in ("db/creds/r", "auth/token/create"):
        assert hit(await kept.ask(each)) == ("HIT" if each in again else "MISS")


async def test_a_revocation_that_failed_ends_nothing() -> None:
    """The server said no."""
    kept = Kept(leasing())
    await kept.ask("db/creds/r")
    kept.answer = lambda _: said({"errors": ["permission denied"]}, 403)
    await kept.ask("sys/leases/revoke-prefix/db", method="PUT")
    assert hit(await kept.ask("db/creds/r")) == "HIT"


async def test_a_renewal_by_a_client_counts() -> None:
    """The agent doesn't renew again what was just renewed."""
    kept = Kept(leasing())
    await kept.ask("db/creds/r")
    await kept.pass_time(30)
    await kept.ask("sys/leases/renew", method="PUT", body=b'{"lease_id": "db/creds/r/0"}')
    await kept.pass_time(35)
    assert len(kept.asked) == 2


async def test_equal_requests_at_once_are_one() -> None:
    """200 of them: the server is asked once, and all get the same lease."""
    kept = Kept(leasing())
    responses = await asyncio.gather(*(kept.ask("db/creds/r") for _ in range(200)))
    assert len(kept.asked) == 1
    assert {number_of(response) for response in responses} == {0}
    assert sorted(map(hit, responses)) == ["HIT"] * 199 + ["MISS"]


async def test_equal_requests_without_a_lease_are_each_asked() -> None:
    """A write is done as often as it was asked for."""
    kept = Kept(leasing())
    responses = await asyncio.gather(*(kept.ask("kv/a", method="PUT") for _ in range(5)))
    assert sorted(map(number_of, responses)) == [0, 1, 2, 3, 4]


async def test_a_failure_is_shared() -> None:
    """A server in trouble isn't asked two hundred times."""
    kept = Kept(lambda _: said({"errors": ["sealed"]}, 503))
    responses = await asyncio.gather(*(kept.ask("db/creds/r") for _ in range(200)))
    assert ({response.status for response in responses}, len(kept.asked)) == ({503}, 1)


async def test_who_waits_is_not_lost_with_who_asked() -> None:
    """The first of two equal requests is given up: the other one asks itself."""
    kept = Kept(leasing())
    first = asyncio.create_task(kept.ask("db/creds/r"))
    await asyncio.sleep(0)
    second = asyncio.create_task(kept.ask("db/creds/r"))
    await asyncio.sleep(0)
    first.cancel()
    assert number_of(await second) == 0


async def test_a_killed_process_issues_nothing_twice() -> None:
    """The next one gives the same answers, and asks within a second whether they still hold."""
    kept = Kept(leasing())
    first = await kept.ask("db/creds/r")
    login = await kept.ask("auth/x/login", token="")
    later = Kept(leasing(), memory=kept.memory)
    later.clock.advance(20)
    later.cache.restore()
    again = await later.ask("db/creds/r")
    assert (again.body, hit(again), dict(again.headers)["Age"]) == (first.body, "HIT", "20")
    assert (await later.ask("auth/x/login", token="")).body == login.body
    await later.pass_time(1)
    assert {each.place for each in later.asked} == {"sys/leases/renew", "auth/token/renew-self"}


async def test_what_has_ended_meanwhile_is_not_taken_over() -> None:
    """Nor what can't be read."""
    kept = Kept(leasing())
    await kept.ask("db/creds/r")
    kept.memory.kept["cache/odd"] = b"\x00"
    kept.memory.kept["session"] = b"of somebody else"
    later = Kept(leasing(), memory=kept.memory)
    later.clock.advance(55)
    later.cache.restore()
    assert len(later.cache) == 0


async def test_a_full_disk_is_no_reason_to_answer_nothing() -> None:
    """The answer is given, and kept in memory."""
    kept = Kept(leasing())
    kept.memory.full = True
    await kept.ask("db/creds/r")
    assert hit(await kept.ask("db/creds/r")) == "HIT"


async def test_a_forgotten_lease_is_not_put_back_by_its_renewal() -> None:
    """A renewal that is under way while a client clears the cache."""
    kept = Kept(leasing())
    await kept.ask("db/creds/r")
    renewed = asyncio.ensure_future(kept.pass_time(50))
    while len(kept.asked) < 2:
        await asyncio.sleep(0)
    await kept.cache.forget(Everything())
    await renewed
    assert (len(kept.cache), kept.memory.kept) == (0, {})


async def test_an_end_ends_the_renewals_and_nothing_else() -> None:
    """What is kept stays for the next process."""
    kept = Kept(leasing())
    await kept.ask("db/creds/r")
    await kept.cache.close()
    await kept.pass_time(1000)
    assert (len(kept.asked), len(kept.memory.kept)) == (1, 1)
