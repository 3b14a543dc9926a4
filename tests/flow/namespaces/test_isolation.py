"""Whatever somebody knows of a namespace, and whatever they may do in theirs: only those above can reach into it."""

from __future__ import annotations

import itertools
from typing import Any
from urllib.parse import quote

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from strongroom.testing.server import Reply
from tests.flow.namespaces.tree import BY_ID, FROM_OUTSIDE, IN_PLACE, PATHS, Attempt, Things, Tree

STRANGERS = [(mine, other) for mine, other in itertools.product(PATHS, PATHS) if mine and not other.startswith(mine)]
"""Pairs of a namespace and one that isn't below it."""
WAYS = ("header", "path", "both", "header with slashes", "split", "climbing", "encoded", "here")


async def test_those_above_see_what_the_attempts_look_for() -> None:
    """So that the other tests mean something: root's token sees, and ends, what the attempts are for."""
    tree = await Tree.grow()
    for attempt in (*IN_PLACE, *BY_ID):
        if attempt.sees:
            victim = tree.things["a/b/"]
            reply = await _send(tree, attempt, victim, "path", "root")
            assert victim.canary in repr(reply.body), (attempt, reply)
    before = await tree.rows(tree.things["a/b/"])
    for attempt in BY_ID:
        await _send(tree, attempt, tree.things["a/b/"], "path", "root")
    assert len(set(before) - set(await tree.rows(tree.things["a/b/"]))) > 10


async def test_no_token_reaches_a_namespace_that_is_not_below_its_own() -> None:
    """Every attempt, from every namespace on every other one, however it is addressed."""
    tree = await Tree.grow()
    for turn, (mine, other) in enumerate(STRANGERS):
        attacker, victim = tree.things[mine], tree.things[other]
        before = await tree.rows(victim)
        for count, attempt in enumerate((*BY_ID, *IN_PLACE)):
            token = list(attacker.tokens.values())[(turn + count) % 3]
            ways = {("header", "path")[turn % 2], WAYS[(turn + count) % len(WAYS)]}
            if mine + other in PATHS or attempt in IN_PLACE:
                ways -= {"both", "here"}  # those would lead the attacker to their own things
            for way in sorted(ways):
                await _refused(tree, attempt, attacker, victim, way, token)
        assert await tree.rows(victim) == before, (mine, other)
        await tree.world.server.ok("GET", f"{quote(mine)}kv/secret", token=attacker.tokens["child"])


SUFFIXES = ("", ".", ".root", "..", "./", "/", ".{mine}", ".{mine}.{theirs}", "{theirs}", ".{THEIRS}", "\x00", "%2e")


@settings(deadline=None, max_examples=40, derandomize=True, suppress_health_check=list(HealthCheck))
@given(data=st.data())
async def test_no_changed_id_reaches_further(data: st.DataObject) -> None:
    """Ids with another namespace's end, with none, with an invented one: they name nothing, or what they named."""
    tree = await _shared()
    mine, other = data.draw(st.sampled_from(STRANGERS))
    attacker, victim = tree.things[mine], tree.things[other]
    before = await tree.rows(victim)
    for _ in range(8):
        attempt = data.draw(st.sampled_from((*BY_ID, *FROM_OUTSIDE)))
        suffix = data.draw(st.sampled_from(SUFFIXES)).format(
            mine=attacker.id, theirs=victim.id, THEIRS=victim.id.swapcase()
        )
        names = {
            kind: (id_.removesuffix(f".{victim.id}") if data.draw(st.booleans()) else id_) + suffix
            for kind, id_ in victim.names.items()
        }
        climb = data.draw(st.sampled_from(("", "../", "../../", "/", "root/", "a/../", "./")))
        changed = victim._replace(names=names, path=climb + victim.path)
        way = data.draw(st.sampled_from(("here", "header", "path")))
        await _refused(tree, attempt, attacker, changed, way, attacker.tokens[data.draw(KINDS)], victim)
    assert await tree.rows(victim) == before


KINDS = st.sampled_from(("service", "child", "batch"))
_GROWN: list[Tree] = []


async def _shared() -> Tree:
    """One tree for all examples: no attempt may change what others hold."""
    if not _GROWN:
        _GROWN.append(await Tree.grow())
    return _GROWN[0]


@settings(deadline=None, max_examples=25, derandomize=True, suppress_health_check=list(HealthCheck))
@given(kind=st.sampled_from(("token", "batch", "wrapping")), end=st.sampled_from((*PATHS, "x", "nowhere", "root")))
async def test_a_token_whose_end_is_changed_is_none(kind: str, end: str) -> None:
    """Neither renamed to another namespace nor to none: the end belongs to the token."""
    tree = await _shared()
    victim = tree.things["a/b/"]
    renamed = victim.names[kind].removesuffix(f".{victim.id}")
    id_ = tree.things[end].id if end in tree.things else end
    if id_ == victim.id:
        return
    for token in (f"{renamed}.{id_}", renamed, f"{renamed}.", f"{victim.names[kind]}.{id_}"):
        for path in PATHS:
            reply = await tree.world.server.ask("GET", f"{quote(path)}auth/token/lookup-self", token=token)
            assert reply.status == 403, (token, path, reply)


async def _refused(
    tree: Tree,
    attempt: Attempt,
    attacker: Things,
    named: Things,
    way: str,
    token: str,
    victim: Things | None = None,
) -> None:
    """Send an attempt.  Its answer shows nothing of the victim's, nor of any other namespace that isn't below."""
    reply = await _send(tree, attempt, named, way, token, attacker)
    shown = repr(reply.body)
    for things in tree.things.values():
        assert attacker.holds(things) or things.canary not in shown, (attempt, attacker.path, things.path, way, reply)
    if attempt in BY_ID and attempt.sees and way in {"header", "path", "here"}:
        assert reply.status >= 300 or reply.body is None, (attempt, attacker.path, named.path, way, reply)


async def _send(
    tree: Tree, attempt: Attempt, named: Things, way: str, token: str, attacker: Things | None = None
) -> Reply:
    values = {**named.names, "path": named.path.strip("/")}
    path = _filled(attempt.path, values)
    place, headers = named.path, dict[str, str]()
    first, _, rest = place.partition("/")
    match way:
        case "header":
            headers, place = {"x-vault-namespace": place}, ""
        case "header with slashes":
            headers, place = {"x-vault-namespace": f"/{place}"}, ""
        case "both":
            headers = {"x-vault-namespace": attacker.path if attacker else ""}
        case "split":
            headers, place = {"x-vault-namespace": first}, rest
        case "climbing":
            headers, place = {"x-vault-namespace": f"{attacker.path if attacker else ''}../{place}"}, ""
        case "encoded":
            place = f"{attacker.path if attacker else ''}..%2f{place}"
        case "here":
            headers, place = {"x-vault-namespace": attacker.path if attacker else ""}, ""
    return await tree.world.server.ask(
        attempt.method, quote(place + path, safe="/%."), _filled(attempt.body, values), token=token, headers=headers
    )


def _filled(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _filled(inner, names) for key, inner in value.items()}
    if isinstance(value, list):
        return [_filled(inner, names) for inner in value]
    if not isinstance(value, str):
        return value
    for name, text in names.items():
        value = value.replace(f"{{{name}}}", text)
    return value
