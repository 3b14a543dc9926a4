"""Histories of versions against a naive model of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from strongroom.engines.kv import KvEngine
from strongroom.engines.kv.logic import rfc3339
from strongroom.lib.errors import InvalidRequest, NotFound
from strongroom.sdk import Operation
from tests.flow.harness import Mounted

WRITE = Operation.UPDATE
NUMBERS = st.lists(st.integers(0, 5), min_size=1, max_size=3)
STEPS = st.one_of(
    st.tuples(st.just("write"), st.integers(-1, 9) | st.none()),
    st.tuples(st.just("patch"), st.none()),
    st.tuples(st.just("delete newest"), st.none()),
    st.tuples(st.just("delete"), NUMBERS),
    st.tuples(st.just("undelete"), NUMBERS),
    st.tuples(st.just("destroy"), NUMBERS),
    st.tuples(st.just("limit"), st.integers(0, 4)),
    st.tuples(st.just("mount limit"), st.integers(0, 4)),
    st.tuples(st.just("delete after"), st.integers(0, 3)),
    st.tuples(st.just("mount delete after"), st.integers(-1, 3)),
    st.tuples(st.just("pass"), st.integers(1, 3)),
    st.tuples(st.just("forget"), st.none()),
)


@dataclass
class Entry:
    """A version, as the model has it."""

    value: dict[str, Any]
    gone_at: float | None = None
    destroyed: bool = False


@dataclass
class Model:
    """One secret, kept without any thought of storage."""

    now: float
    entries: dict[int, Entry] = field(default_factory=dict)
    current: int = 0
    known: bool = False
    limit: int = 0
    after: int = 0
    mount_limit: int = 0
    mount_after: int = 0

    def expiry(self) -> float | None:
        """When a version of now is gone."""
        if self.mount_after < 0:
            return None
        spans = [span for span in (self.after, self.mount_after) if span]
        return self.now + min(spans) if spans else None

    def readable(self, number: int) -> bool:
        """Whether a version can be read."""
        entry = self.entries[number]
        return not entry.destroyed and (entry.gone_at is None or entry.gone_at > self.now)

    def add(self, value: dict[str, Any]) -> None:
        """A new version; too old ones go."""
        self.known = True
        self.current += 1
        self.entries[self.current] = Entry(value, self.expiry())
        keep = max(self.limit, self.mount_limit) or 10
        self.entries = {n: e for n, e in self.entries.items() if n > self.current - keep}


async def apply(mount: Mounted, model: Model, kind: str, argument: Any, count: int) -> None:
    """Do one step on both."""
    match kind:
        case "write":
            body: dict[str, Any] = {"data": {"n": count}}
            if argument is not None:
                body["options"] = {"cas": argument}
            try:
                await mount.ask(WRITE, "data/a/b", body)
            except InvalidRequest:
                assert argument != model.current
            else:
                assert argument in {None, model.current}
                model.add({"n": count})
        case "patch":
            response = await mount.ask(Operation.PATCH, "data/a/b", {"data": {f"p{count}": count}})
            assert response is not None
            if model.current in model.entries and model.readable(model.current):
                assert response.status == 0
                model.add({**model.entries[model.current].value, f"p{count}": count})
            else:
                assert response.status == 404
        case "delete newest" | "delete":
            numbers = [model.current] if kind == "delete newest" else argument
            if kind == "delete newest":
                await mount.ask(Operation.DELETE, "data/a/b")
            else:
                await mount.ask(WRITE, "delete/a/b", {"versions": numbers})
            for number in numbers:
                if number in model.entries and model.readable(number):
                    model.entries[number].gone_at = model.now
        case "undelete":
            await mount.ask(WRITE, "undelete/a/b", {"versions": argument})
            for number in argument:
                if number in model.entries and not model.entries[number].destroyed:
                    model.entries[number].gone_at = model.expiry()
        case "destroy":
            await mount.ask(WRITE, "destroy/a/b", {"versions": argument})
            for number in argument:
                if number in model.entries:
                    model.entries[number].destroyed = True
        case "limit":
            await mount.ask(WRITE, "metadata/a/b", {"max_versions": argument})
            model.limit, model.known = argument, True
        case "delete after":
            await mount.ask(WRITE, "metadata/a/b", {"delete_version_after": argument})
            model.after, model.known = argument, True
        case "mount limit":
            await mount.ask(WRITE, "config", {"max_versions": argument})
            model.mount_limit = argument
        case "mount delete after":
            await mount.ask(WRITE, "config", {"delete_version_after": argument})
            model.mount_after = argument
        case "pass":
            mount.clock.advance(argument)
            model.now += argument
        case "forget":
            await mount.ask(Operation.DELETE, "metadata/a/b")
            model.entries, model.current, model.known, model.limit, model.after = {}, 0, False, 0, 0


async def compare(mount: Mounted, model: Model) -> None:
    """Every version that there ever was, and the rows that are left."""
    for number in range(model.current + 2):
        wanted = number or model.current
        try:
            response = await mount.ask(Operation.READ, "data/a/b", {"version": number})
        except NotFound:
            assert wanted not in model.entries
            continue
        assert response is not None
        assert response.data is not None
        readable = model.readable(wanted)
        assert response.data["data"] == (model.entries[wanted].value if readable else None)
        assert response.data["metadata"]["version"] == wanted
        assert response.status == (0 if readable else 404)
    if model.known:
        shown = await mount.data(Operation.READ, "metadata/a/b")
        assert shown["current_version"] == model.current
        assert {int(n): (v["destroyed"], v["deletion_time"]) for n, v in shown["versions"].items()} == {
            n: (e.destroyed, rfc3339(e.gone_at or 0.0)) for n, e in model.entries.items()
        }
    rows = await mount.rows()
    assert sum(key.startswith("version/") for key in rows) == sum(not e.destroyed for e in model.entries.values())
    assert sum(key.startswith("meta/") for key in rows) == model.known


@settings(max_examples=120, deadline=None)
@given(st.lists(STEPS, max_size=14))
async def test_history_agrees_with_the_model(steps: list[tuple[str, Any]]) -> None:
    """Whatever is written, deleted, brought back, destroyed or forgotten: every version reads as the model says, and
    no data row is left that no version owns."""
    mount = await Mounted.new(KvEngine(), {"version": "2"})
    model = Model(mount.clock.now())
    for count, (kind, argument) in enumerate(steps):
        await apply(mount, model, kind, argument, count)
        await compare(mount, model)
