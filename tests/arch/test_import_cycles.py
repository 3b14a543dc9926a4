"""No module imports itself by way of others."""

from __future__ import annotations

import grimp


def test_no_module_imports_itself_by_way_of_others() -> None:
    """Imports that only the type checker follows count too: what goes round in a circle can't be read in order."""
    graph = grimp.build_graph("strongroom")
    waiting = {module: set(graph.find_modules_directly_imported_by(module)) for module in graph.modules}
    while ready := [module for module, needs in waiting.items() if not needs & waiting.keys()]:
        for module in ready:
            del waiting[module]
    assert sorted(waiting) == [], "these import one another, or import those that do"
