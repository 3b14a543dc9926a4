"""What to install for a feature that needs more."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

from strongroom.lib.extras import chosen, install_command, pip_of, requirements

ROOT = Path(__file__).parents[3]


def test_what_an_extra_needs_is_named_itself() -> None:
    """Each extra's own requirements, for this interpreter: no index has to know the project."""
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    for extra, needed in declared.items():
        if extra != "all":
            assert [word.strip("'").lower() for word in requirements(extra).split()] == [one.lower() for one in needed]
    assert install_command("acme") == f"{sys.executable} -m pip install {requirements('acme')}"


def test_an_environment_without_pip_is_installed_into_from_outside() -> None:
    """As that of the Debian package: a command that calls its own pip would find none."""
    assert pip_of("/opt/a b/bin/python", own=True) == "'/opt/a b/bin/python' -m pip"
    assert pip_of("/opt/strongroom/bin/python", own=False) == "pip --python /opt/strongroom/bin/python"


def test_metadata_is_read() -> None:
    """By the marker, in either quotes, once each; what isn't of an extra is left out."""
    lines = ["a>=1", "b[x]>=2; extra == 'one'", 'c; extra == "two"', "b[x]>=2; extra == 'two'", "d; os_name == 'nt'"]
    assert chosen(lines, ["one", "two"]) == ["b[x]>=2", "c"]
    assert chosen(lines, []) == []


def test_nothing_tells_people_to_install_the_project_by_name() -> None:
    """No text of the program or its documentation has `pip install strongroom`, which no public index knows."""
    pages = [*ROOT.joinpath("docs").rglob("*.md"), ROOT / "README.md", *ROOT.joinpath("src").rglob("*.py")]
    told = [str(page) for page in pages if re.search(r"""pip install ['"]?strongroom""", page.read_text())]
    assert told == []
