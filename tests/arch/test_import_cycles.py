"""No module imports itself by way of others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import grimp

INTERFACE = Path(__file__).parents[2] / "ui" / "src"
_IMPORTED = re.compile(r"""(?:\bfrom|\bimport)\s*\(?\s*["'](\.[^"']+)["']""")


def in_circles(imports: dict[str, set[str]]) -> list[str]:
    """The modules that import one another, or import those that do."""
    waiting = dict(imports)
    while ready := [module for module, needs in waiting.items() if not needs & waiting.keys()]:
        for module in ready:
            del waiting[module]
    return sorted(waiting)


def test_no_module_imports_itself_by_way_of_others() -> None:
    """Imports that only the type checker follows count too: what goes round in a circle can't be read in order."""
    graph = grimp.build_graph("strongroom")
    assert in_circles({module: set(graph.find_modules_directly_imported_by(module)) for module in graph.modules}) == []


def test_no_source_of_the_interface_does() -> None:
    """The same of the web interface's sources, with what they load later."""
    found = {str(source): set(_imported_by(source)) for source in INTERFACE.rglob("*.ts*")}
    assert str(INTERFACE / "app" / "App.tsx") in found[str(INTERFACE / "main.tsx")]
    assert in_circles(found) == []


def _imported_by(source: Path) -> Iterator[str]:
    for name in _IMPORTED.findall(source.read_text()):
        place = (source.parent / name).resolve()
        for each in (place.with_name(f"{place.name}.ts"), place.with_name(f"{place.name}.tsx"), place / "index.ts"):
            if each.exists():
                yield str(each)
