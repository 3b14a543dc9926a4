"""How a server's modules are loaded."""

from __future__ import annotations

import contextlib
import gc
import sys
from pathlib import Path

import pytest

from strongroom.server import interpreter


@pytest.mark.parametrize("end", ["", "raise LookupError"])
def test_nothing_is_collected_while_a_module_is_loaded(
    end: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether it can be loaded or not, collections go on afterwards."""
    seen = tmp_path / "seen"
    (tmp_path / "loaded_here.py").write_text(
        f"import gc\nimport pathlib\npathlib.Path({str(seen)!r}).write_text(str(gc.isenabled()))\n{end}\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "loaded_here", raising=False)
    with pytest.raises(LookupError) if end else contextlib.nullcontext():
        interpreter.load("loaded_here")
    assert seen.read_text() == "False"
    assert gc.isenabled()
