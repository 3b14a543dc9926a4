"""The built files, as they are in the package."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path

import pytest

from strongroom.interface.files import Unbuilt, built, site_of
from strongroom.interface.site import Page

FILES = Path(str(resources.files("strongroom.interface"))) / "files"


def page(path: str, encoding: str = "") -> Page:
    """The answer of this release's interface."""
    found = built().answer("GET", path, {"accept-encoding": encoding})
    assert found is not None
    return found


def test_the_page_names_files_that_are_there() -> None:
    """All that it loads is below the interface, and of the type that the browser wants."""
    text = page("/ui/").body.decode()
    named = re.findall(r'(?:src|href)="([^"]+)"', text)
    assert named, text
    for place in named:
        assert place.startswith("/ui/"), place
        kind = dict(page(place).headers)["Content-Type"]
        assert kind.partition(";")[0] in {"text/css", "text/javascript", "image/svg+xml"}, (place, kind)


def test_the_page_has_nothing_that_its_policy_forbids() -> None:
    """Neither a script nor a style of its own."""
    text = page("/ui/").body.decode()
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)|javascript:", text), text


def test_each_file_is_served_in_each_encoding_and_only_those() -> None:
    """A file with a type that isn't known would have ended this already."""
    for file in FILES.rglob("*"):
        if file.is_dir() or file.name == "sources.txt":
            continue
        place = str(file.relative_to(FILES).with_suffix(""))
        encoding = {".gz": "gzip", ".br": "br"}[file.suffix]
        found = page(f"/ui/{place}", encoding)
        assert found.body == file.read_bytes(), place
        assert dict(found.headers)["Content-Encoding"] == encoding


def test_the_licenses_of_what_is_built_in_are_served() -> None:
    """Most of them ask for that."""
    assert b"react" in page("/ui/licenses.md").body


def test_files_that_were_not_built_are_told(tmp_path: Path) -> None:
    """With what builds them."""
    for root in (tmp_path, tmp_path / "none"):
        with pytest.raises(Unbuilt, match="make ui"):
            site_of(root)
