"""The faults that are made on purpose, and what is done with them."""

from __future__ import annotations

import ast
import importlib.util
from pathlib import Path

import pytest
from tools.mutate import lists, report, tree
from tools.mutate.__main__ import sample
from tools.mutate.operators import Mutant, mutants
from tools.mutate.reach import Reach, _merged


def faults(body: str) -> set[str]:
    """The mutated lines of a function's body."""
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    return {mutant.after for mutant in mutants(f"def f(a, b, c):\n{lines}")}


EACH = [
    ("if a < b:\n    return", {"if (a <= b):", "if (a >= b):", "if False:", "if True:"}),
    ("if a is None:\n    raise c", {"if (a is not None):", "if False:", "if True:", "pass"}),
    ("if a(1) and b:\n    c()", {"if (a(1) or b):", "if b:", "if a(1):", "if (not (a(1) and b)):"}),
    ("if not a:\n    return", {"if a:", "if True:", "if False:"}),
    ("a.append(1)", {"pass", "a.append(2)", "a.append(0)"}),
    ("await_ = c(x=a, y=b)", {"await_ = c(y=b)", "await_ = c(x=a)"}),
    ("a.x = b", {"pass"}),
    ("a[1:2] = b", {"pass", "a[:2] = b", "a[1:] = b"}),
    ("return a", {"return None"}),
    ("return a in {1, 'x'}", {"return a in {1}", "return a in {'x'}", "return (a not in {1, 'x'})", "return True"}),
    ("a = b(c)", {"a = c"}),
    ("a = max(b, c)", {"a = min(b, c)"}),
    ("a = [x for x in b if x]", {"a = [x for x in b if True]", "a = [x for x in b if (not (x))]"}),
    ("a = {'x': 1, **b}", {"a = {**b}", "a = {'x': 1}", "a = {'x': 2, **b}"}),
    ("a = b or 5", {"a = b", "a = 5", "a = (b and 5)", "a = b or 6", "a = b or 4"}),
    ("try:\n    a()\nexcept KeyError:\n    b()", {"pass", "raise", "except Exception:"}),
    ("try:\n    a()\nexcept (KeyError, OSError):\n    raise", {"except ((OSError,)):", "except ((KeyError,)):"}),
    ("try:\n    a()\nfinally:\n    b()", {"pass"}),
    ("with a:\n    b(1)", {"if True: b(1)"}),
]


@pytest.mark.parametrize(("body", "wanted"), EACH)
def test_every_kind_of_slip_is_made(body: str, wanted: set[str]) -> None:
    """Comparisons, conditions, operands, statements, arguments, members, handlers, locks: each has its mutants."""
    assert wanted <= faults(body)


@pytest.mark.parametrize(
    "body",
    [
        '"""A docstring."""',
        "log.warning('what happened', path=a)",
        "assert a",
        "a: int",
        "raise",
    ],
)
def test_what_only_people_and_tools_read_is_left_alone(body: str) -> None:
    """Docstrings, log lines, assertions and annotations decide nothing; a bare `raise` is a statement all the same."""
    assert faults(body) == ({"pass"} if body == "raise" else set())


def test_texts_of_errors_are_left_alone_and_other_texts_are_not() -> None:
    """What an error says is checked where it is part of the API; a key's or field's name decides."""
    assert faults('raise KeyError("a", detail="b")') == {"pass"}
    assert 'a = b.get("")' in {text.replace("''", '""') for text in faults('a = b.get("x")')}


def test_every_mutant_of_our_own_sources_is_a_program_with_one_difference() -> None:
    """It parses, is not the original, and no two are the same."""
    source = (tree.ROOT / "src/strongroom/core/complete.py").read_text()
    found = [ast.dump(ast.parse(mutant.source)) for mutant in mutants(source)]
    assert len(found) > 100
    assert len({*found, ast.dump(ast.parse(source))}) == len(found) + 1


def test_positions_count_bytes_and_layouts_lines() -> None:
    """Text beside a fault stays as it is, whatever its letters; a statement over several lines is one line to read."""
    (fault,) = [m for m in mutants('a = "äöü" < (\n    b\n)\n') if "<=" in m.after]
    assert fault.before == 'a = "äöü" < ( b )'
    assert fault.after == "a = ('äöü' <= b)"
    assert (fault.line, fault.end) == (1, 3)


def test_moved_lines_change_no_key() -> None:
    """A mutant is known by its file, function and text: what stands above it in the file doesn't matter."""
    source = "def f(a):\n    if a < 1:\n        return 2\n    return 3\n"
    keys = [[lists.key_of("x.py", mutant) for mutant in mutants(text)] for text in (source, "\n\nimport os\n" + source)]
    assert keys[0] == keys[1]
    assert {key[1] for key in keys[0]} == {"f"}


def test_the_same_seed_draws_the_same_mutants_and_lines_are_drawn_evenly() -> None:
    """Another seed draws others; no line has two before each has one."""
    all_ = mutants((tree.ROOT / "src/strongroom/core/complete.py").read_text())
    first, again, other = (sample("f", all_, seed, 20) for seed in ("1", "1", "2"))
    assert first == again != other
    assert len({mutant.line for mutant in first}) == 20
    assert sample("f", all_, "1", 0) == all_


def reached(lines: dict[int, list[int]]) -> Reach:
    """What three tests reach of one file."""
    durations = {"tests/flow/test_a.py::t": 0.1, "tests/flow/test_b.py::t": 0.05, "tests/unit/core/test_c.py::t": 3.0}
    return Reach({}, durations, {"src/strongroom/core/x.py": lines}, [])


def test_the_tests_of_a_mutant_are_those_that_run_its_statement() -> None:
    """The ones that mirror the file first, then the quickest; for what only an import runs, all that run the file."""
    mutant = Mutant(line=5, end=6, reach=4, function="", before="", after="", source="")
    x = "src/strongroom/core/x.py"
    assert reached({4: [0], 6: [1], 7: [2]}).tests(x, mutant) == ["tests/flow/test_b.py::t", "tests/flow/test_a.py::t"]
    assert reached({5: [0, 1, 2]}).tests(x, mutant)[0] == "tests/unit/core/test_c.py::t"
    assert len(reached({5: [], 9: [0]}).tests(x, mutant)) == 2


def test_a_file_is_held_by_nineteen_of_twenty() -> None:
    """Equivalent mutants don't count; nothing to judge is enough."""
    alive = Mutant(1, 1, 1, "", "", "", "")
    assert report.Tally("f", 19, 5, [alive]).is_enough
    assert not report.Tally("f", 18, 5, [alive]).is_enough
    assert report.Tally("f", 0, 5, []).is_enough


def test_the_lists_can_be_read() -> None:
    """Every listed file is there, and every mutant that is said to change nothing has a reason."""
    files = lists.read_files().files
    assert all((tree.ROOT / file).is_file() for file in files)
    assert all(row.reason and row.before != row.after for row in lists.read_equivalents())


def test_a_mutant_is_imported_from_the_copy_alone(tmp_path: Path) -> None:
    """The copy is what is written, and the compiled module of the mutant before it is gone."""
    tree.lay(tmp_path)
    file = "src/strongroom/core/wrap.py"
    compiled = tmp_path / "src/strongroom/core/__pycache__"
    compiled.mkdir()
    cached = Path(importlib.util.cache_from_source(str(tmp_path / file)))
    cached.write_bytes(b"of the one before")
    tree.put(tmp_path, file, "x = 1\n")
    assert (tmp_path / file).read_text() == "x = 1\n" != (tree.ROOT / file).read_text()
    assert not cached.exists()
    assert tree.module_of(file) == "strongroom.core.wrap"
    assert tree.module_of("src/strongroom/services/identity/__init__.py") == "strongroom.services.identity"


def test_only_tests_that_changed_are_looked_at_again() -> None:
    """What is known of the others stays; what a changed file had is forgotten, numbers are those of one list."""
    before = Reach({}, {"a::1": 1.0, "b::1": 2.0, "b::2": 3.0, "c::1": 4.0}, {"x": {1: [0, 1, 3], 2: [2]}}, ["m"])
    after = Reach({}, {"b::3": 5.0, "d::1": 6.0}, {"x": {1: [1], 3: [0]}}, ["n"])
    merged = _merged(before, after, {"a", "c"})
    assert merged.durations_s == {"a::1": 1.0, "c::1": 4.0, "b::3": 5.0, "d::1": 6.0}
    assert merged.lines == {"x": {1: [0, 1, 3], 2: [], 3: [2]}}
    assert merged.preload == ["m", "n"]
