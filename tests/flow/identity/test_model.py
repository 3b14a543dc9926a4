"""Entities, groups, logins and merges, compared with a naive model after every step."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.flow.identity.people import People
from tests.flow.node import TestNode

NAMES = ("a", "b", "c", "d")
GROUPS = ("g0", "g1", "g2", "g3")
ANSWERS = ("x0", "x1")

_number = st.integers(0, 3)
_step = st.one_of(
    st.tuples(st.just("login"), _number, st.none() | st.sets(st.sampled_from(ANSWERS))),
    st.tuples(st.just("members"), _number, st.sets(_number)),
    st.tuples(st.just("subgroups"), _number, st.sets(_number, max_size=2)),
    st.tuples(st.just("policies"), _number, st.sets(st.sampled_from(("p", "q")))),
    st.tuples(st.just("disable"), _number, st.booleans()),
    st.tuples(st.just("merge"), _number, _number),
    st.tuples(st.just("delete"), _number, st.none()),
    st.tuples(st.just("drop"), _number, st.none()),
    st.tuples(st.just("realias"), st.integers(0, 1), st.sampled_from((*ANSWERS, "x2"))),
)


@dataclass
class Person:
    """An entity in the model."""

    aliases: set[str]
    policies: set[str] = field(default_factory=set)
    disabled: bool = False


@dataclass
class Model:
    """The naive one: sets, and a search for everything."""

    people: dict[str, Person] = field(default_factory=dict)
    became: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    """The entity of each token at its login."""
    members: dict[str, set[str]] = field(default_factory=lambda: {name: set() for name in GROUPS})
    subgroups: dict[str, set[str]] = field(default_factory=lambda: {name: set() for name in GROUPS})
    external: dict[int, str | None] = field(default_factory=lambda: {0: "x0", 1: "x1"})
    answered: set[tuple[int, str, str]] = field(default_factory=set)
    """External group, the name it had, entity."""

    def entity_of(self, alias: str) -> str | None:
        """Who has the alias."""
        return next((id_ for id_, person in self.people.items() if alias in person.aliases), None)

    def groups_of(self, entity: str) -> set[str]:
        """The internal groups of an entity, by walking until nothing is new."""
        found = {name for name, members in self.members.items() if entity in members}
        while new := {name for name, below in self.subgroups.items() if below & found} - found:
            found |= new
        return found

    def policies_of(self, token: str) -> set[str] | None:
        """The policies that a token has by its entity; None if it may do nothing."""
        entity = self.tokens[token]
        while entity in self.became:
            entity = self.became[entity]
        person = self.people.get(entity)
        if person is None or person.disabled:
            return None
        answers = {f"ext{n}" for n, name, who in self.answered if who == entity and self.external[n] == name}
        return person.policies | self.groups_of(entity) | answers

    def makes_cycle(self, group: str, below: set[str]) -> bool:
        """Whether the group would be below itself."""
        seen, layer = set[str](), set(below)
        while layer:
            seen |= layer
            layer = {each for name in layer for each in self.subgroups.get(name, ())} - seen
        return group in seen


class Pair:
    """The server and the model."""

    def __init__(self, people: People, peer: TestNode, ids: dict[str, str]) -> None:
        self.people = people
        self.peer = peer
        self.ids = ids
        self.model = Model()

    @classmethod
    async def start(cls) -> Pair:
        """Four groups and two external ones, each with a policy of its name."""
        people = await People.start()
        ids = {name: await people.group(name, policies=name) for name in GROUPS}
        for number in range(2):
            ids[f"ext{number}"] = await people.external(f"ext{number}", f"x{number}", policies=f"ext{number}")
        return cls(people, await people.node.peer(), ids)

    async def step(self, kind: str, number: int, value: object) -> None:
        """Do one step on both."""
        await getattr(self, f"_{kind}")(number, value)

    async def check(self) -> None:
        """Every token has the policies that the model says, on both nodes."""
        for token in self.model.tokens:
            wanted = self.model.policies_of(token)
            for node in (self.people.node, self.peer):
                answer = await node.ask("GET", "auth/token/lookup-self", token=token)
                if wanted is None:
                    assert answer.status == 403
                else:
                    assert set(answer.data.get("identity_policies", ())) == wanted

    async def _login(self, number: int, answers: set[str] | None) -> None:
        model, alias = self.model, NAMES[number]
        known = model.entity_of(alias)
        granted = {} if answers is None else {"group_aliases": tuple(answers)}
        answer = await self.people.try_login(alias, **granted)
        if known is not None and model.people[known].disabled:
            assert answer.status == 403
            return
        entity = answer.body["auth"]["entity_id"]
        if known is None:
            assert entity not in model.people
            model.people[entity] = Person({alias})
        else:
            assert entity == known
        model.tokens[answer.body["auth"]["client_token"]] = entity
        if answers is not None:
            model.answered = {one for one in model.answered if one[2] != entity}
            model.answered |= {(n, name, entity) for n, name in model.external.items() if name in answers}

    def _some(self, numbers: set[int]) -> set[str]:
        ids = sorted(self.model.people, key=lambda id_: sorted(self.model.people[id_].aliases))
        return {ids[number] for number in numbers if number < len(ids)}

    async def _write(self, group: str, body: object) -> int:
        return (await self.people.node.ask("POST", f"identity/group/id/{self.ids[group]}", body)).status

    async def _members(self, number: int, numbers: set[int]) -> None:
        wanted = self._some(numbers)
        status = await self._write(GROUPS[number], {"member_entity_ids": sorted(wanted)})
        if GROUPS[number] in self.model.members:
            assert status == 204
            self.model.members[GROUPS[number]] = wanted
        else:
            assert status == 400

    async def _subgroups(self, number: int, numbers: set[int]) -> None:
        group, wanted, model = GROUPS[number], {GROUPS[each] for each in numbers}, self.model
        status = await self._write(group, {"member_group_ids": sorted(self.ids[each] for each in wanted)})
        valid = group in model.subgroups and wanted <= model.subgroups.keys() and not model.makes_cycle(group, wanted)
        assert status == (204 if valid else 400)
        if valid:
            model.subgroups[group] = wanted

    async def _policies(self, number: int, names: set[str]) -> None:
        for entity in self._some({number}):
            await self.people.node.ok("POST", f"identity/entity/id/{entity}", {"policies": sorted(names)})
            self.model.people[entity].policies = set(names)

    async def _disable(self, number: int, disabled: bool) -> None:
        for entity in self._some({number}):
            await self.people.node.ok("POST", f"identity/entity/id/{entity}", {"disabled": disabled})
            self.model.people[entity].disabled = disabled

    async def _merge(self, number: int, other: int) -> None:
        model = self.model
        pair = [*self._some({number}), *self._some({other})]
        if len(set(pair)) < 2:
            return
        to, source = pair
        keep = [self._alias_id(entity) for entity in (to,)]
        body = {
            "to_entity_id": to,
            "from_entity_ids": [source],
            "conflicting_alias_ids_to_keep": [await one for one in keep],
        }
        answer = await self.people.node.ask("POST", "identity/entity/merge", body)
        assert answer.status == 204, answer
        if not model.people.pop(source).disabled:  # the tokens of a disabled one stay without rights
            model.became[source] = to
        for members in model.members.values():
            if source in members:
                members.remove(source)
                members.add(to)
        moved = {(n, name) for n, name, who in model.answered if who == source}
        present = {n for n, _, who in model.answered if who == to}
        model.answered = {one for one in model.answered if one[2] != source}
        model.answered |= {(n, name, to) for n, name in moved if n not in present}

    async def _alias_id(self, entity: str) -> str:
        aliases = (await self.people.node.ok("GET", f"identity/entity/id/{entity}")).data["aliases"]
        return str(aliases[0]["id"]) if aliases else ""

    async def _delete(self, number: int, _: object) -> None:
        for entity in self._some({number}):
            await self.people.node.ok("DELETE", f"identity/entity/id/{entity}")
            del self.model.people[entity]
            for members in self.model.members.values():
                members.discard(entity)
            self.model.answered = {one for one in self.model.answered if one[2] != entity}

    async def _drop(self, number: int, _: object) -> None:
        group = GROUPS[number]
        await self.people.node.ok("DELETE", f"identity/group/id/{self.ids[group]}")
        self.model.members.pop(group, None)
        self.model.subgroups.pop(group, None)
        for below in self.model.subgroups.values():
            below.discard(group)

    async def _realias(self, number: int, name: str) -> None:
        model = self.model
        wanted = {
            "name": name,
            "mount_accessor": self.people.accessor,
            "canonical_id": self.ids[f"ext{number}"],
        }
        taken = name in model.external.values()
        answer = await self.people.node.ask("POST", "identity/group-alias", wanted)
        assert answer.status == (400 if taken else 200)
        if not taken:
            model.external[number] = name
            model.answered = {one for one in model.answered if one[0] != number}


_BEGINNING: list[tuple[str, int, object]] = [
    *(("login", number, {ANSWERS[number % 2]}) for number in range(4)),
    ("members", 0, {0, 1}),
    ("members", 1, {2}),
    ("subgroups", 1, {0}),
    ("subgroups", 2, {1}),
    ("policies", 3, {"p"}),
]


_OLD_ANSWER: list[tuple[str, int, object]] = [
    *(("realias", 0, name) for name in ("x2", "x0")),
    ("login", 3, {"x0"}),
    ("merge", 0, 3),
]
"""The entity that remains has a membership that counts no more, and the other one has one that does."""


@given(steps=st.lists(_step, min_size=5, max_size=25))
@example(steps=_OLD_ANSWER)
@settings(max_examples=40, deadline=None)
def test_server_and_model_agree(steps: list[tuple[str, int, object]]) -> None:
    """Whatever happens in which order, and what was cleared in the background changes nothing."""

    async def run() -> None:
        pair = await Pair.start()
        for step in [*_BEGINNING, *steps]:
            await pair.step(*step)
            await pair.check()
        await pair.people.settle()
        await pair.check()
        living = len(pair.model.people)
        names = pair.people.rows("/entity/", "/entity-name/")
        assert len(names) == 2 * living
        assert len(pair.people.rows("/member/")) == len(pair.people.rows("/member-of/"))

    asyncio.run(run())
