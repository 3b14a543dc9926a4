"""Tells whether the built files of the web interface are of the sources that are in `ui/`.

python tools/interface_sources.py
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
SOURCES: Final = ROOT / "ui"
BUILT: Final = ROOT / "src" / "strongroom" / "interface" / "files" / "sources.txt"
_PARTS: Final = (
    *("src", "public", "build", "index.html"),
    *("package.json", "package-lock.json", "tsconfig.json", "vite.config.ts"),
)
"""The same as in `ui/build/manifest.ts`."""


def digest_of(root: Path) -> str:
    """The digest of all sources, as the build writes it into `sources.txt`."""
    whole = hashlib.sha256()
    for name in sorted(name for part in _PARTS for name in _names(root, part)):
        content = hashlib.sha256((root / name).read_bytes()).hexdigest()
        whole.update(f"{name}\0{content}\n".encode())
    return whole.hexdigest()


def _names(root: Path, part: str) -> Iterator[str]:
    """The names of a part's files, or of itself if it is one."""
    place = root / part
    files = place.rglob("*") if place.is_dir() else (place,)
    return (file.relative_to(root).as_posix() for file in files if file.is_file())


def main() -> int:
    """Print what is to be done; 1 if anything is."""
    if BUILT.read_text().strip() == digest_of(SOURCES):
        return 0
    print("ui/ has changed since the web interface was built: `make ui` builds it")
    return 1


if __name__ == "__main__":
    sys.exit(main())
