"""Names that stand in texts, where neither mypy nor ruff looks: options of audit devices, flags of commands."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from strongroom.audit.style import OPTIONS

SOURCES = Path(__file__).parents[2] / "src" / "strongroom"
COMMANDS = SOURCES / "cli"
READERS = frozenset({"text", "on", "number", "many", "pairs", "given"})
"""The methods of `cli.flags.Values` that take a flag's name."""


def _nodes(folder: Path) -> Iterator[ast.AST]:
    for file in sorted(folder.rglob("*.py")):
        yield from ast.walk(ast.parse(file.read_text()))


def _text(node: ast.expr | None) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _last_name(node: ast.expr) -> str:
    """The last name of what is asked: of `self.record.options`, `options`."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def options_read(folder: Path) -> set[str]:
    """The names under which `options` is read: by `options.get("name")`, `options["name"]`, `"name" in options`."""
    found = set()
    for node in _nodes(folder):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "get"
            and node.args
        ):
            found |= {_text(node.args[0])} if _last_name(node.func.value) == "options" else set()
        elif isinstance(node, ast.Subscript) and _last_name(node.value) == "options":
            found.add(_text(node.slice))
        elif isinstance(node, ast.Compare) and _last_name(node.comparators[0]) == "options":
            found.add(_text(node.left))
    return found - {""}


def test_every_option_of_an_audit_device_that_is_read_is_declared() -> None:
    """One that isn't would have no effect, as a stanza's notice says, and a slip of it would be told to nobody."""
    found = options_read(SOURCES / "audit")
    assert {"file_path", "mode", "prefix", "format"} <= found
    assert found - OPTIONS == set()


def test_every_flag_that_a_command_reads_is_declared() -> None:
    """One that no command has would end the command with a traceback, in the one case that reads it."""
    declared, read = set[str](), set[str]()
    for node in _nodes(COMMANDS):
        if not isinstance(node, ast.Call) or not node.args or not (name := _text(node.args[0])):
            continue
        if _last_name(node.func) == "Flag":
            declared.add(name)
        elif (
            isinstance(node.func, ast.Attribute)
            and node.func.attr in READERS
            and _last_name(node.func.value) == "flags"
        ):
            read.add(name)
    assert len(read) > 50
    assert read - declared == set()


@pytest.mark.parametrize("line", ["options['tag']", "options.get('tag', '')", "'tag' in record.options"])
def test_a_reading_is_seen(line: str, tmp_path: Path) -> None:
    """However it is written."""
    (tmp_path / "device.py").write_text(f"found = {line}\n")
    assert options_read(tmp_path) == {"tag"}
