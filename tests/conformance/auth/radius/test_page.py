"""The page about RADIUS, with a RADIUS server where it says that there is one."""

from __future__ import annotations

from pathlib import Path

from tests.conformance.docs.shell import opened, programs, run_page
from tests.sim.radius.freeradius import FreeRadius

PAGE = Path(__file__).parents[4] / "docs" / "auth" / "radius.md"


def test_examples(freeradius: FreeRadius, tmp_path: Path) -> None:
    """The commands print what the page shows."""
    with opened(tmp_path, programs(tmp_path)) as (shell, names):
        names.replace("radius.example.com", freeradius.host)
        names.replace("port=1812", f"port={freeradius.port}")
        assert run_page(PAGE, shell, names) > 8
