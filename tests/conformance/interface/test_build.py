"""What is built of the web interface: again, and into the package that is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
FILES = ROOT / "src" / "strongroom" / "interface" / "files"
VITE = ROOT / "ui" / "node_modules" / "vite" / "bin" / "vite.js"
OF_MAKE = Path(sys.executable).with_name("node")
NODE = str(OF_MAKE) if OF_MAKE.exists() else shutil.which("node")
UNPACKED = """
const { readFileSync } = require("node:fs");
const { brotliDecompressSync, gunzipSync } = require("node:zlib");
for (const place of process.argv.slice(1)) {
  const smaller = brotliDecompressSync(readFileSync(`${place}.br`));
  if (!smaller.equals(gunzipSync(readFileSync(`${place}.gz`)))) console.log(place);
}
"""

needs_node = pytest.mark.skipif(NODE is None or not VITE.exists(), reason="needs Node and ui/node_modules: `make ui`")


def contents(folder: Path) -> dict[str, bytes]:
    """All files below a folder."""
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


@needs_node
def test_the_same_sources_make_the_same_files(tmp_path: Path) -> None:
    """Byte by byte: nobody has to trust who built them."""
    assert NODE is not None
    command = [NODE, str(VITE), "build", "--logLevel", "error"]
    subprocess.run(command, cwd=ROOT / "ui", env={**os.environ, "UI_OUT": str(tmp_path)}, check=True)
    made, kept = contents(tmp_path), contents(FILES)
    assert made.keys() == kept.keys()
    assert [name for name in made if made[name] != kept[name]] == []


@needs_node
def test_both_encodings_have_the_same_content() -> None:
    """Python can't read one of them."""
    assert NODE is not None
    places = [str(file.with_suffix("")) for file in FILES.rglob("*.br")]
    assert len(places) > 10
    done = subprocess.run([NODE, "-e", UNPACKED, *places], check=True, capture_output=True, text=True)
    assert done.stdout == ""


def test_the_package_has_them(tmp_path: Path) -> None:
    """Who installs a wheel needs nothing else."""
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        named = {name.partition("/interface/files/")[2] for name in archive.namelist() if "/interface/files/" in name}
    assert named == set(contents(FILES))
