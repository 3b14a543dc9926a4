"""As whom a diagnosis is made."""

from __future__ import annotations

import os
import pwd
from pathlib import Path

import pytest

from strongroom.server.diagnose.service_user import UserError, become, server_user, unit_user

UNIT = (Path(__file__).parents[3] / "packaging" / "strongroom.service").read_text()
CONFIGURATION = "/etc/strongroom/strongroom.hcl"


def test_the_packaged_unit_names_the_user() -> None:
    """Only for the configuration that it starts a server with; a unit without a user starts it as root."""
    assert unit_user(UNIT, [CONFIGURATION]) == "strongroom"
    assert unit_user(UNIT, ["/etc/strongroom/other.hcl"]) == ""
    assert unit_user(UNIT.replace("User=strongroom\n", ""), [CONFIGURATION]) == "root"
    assert unit_user(UNIT.replace("User=", "#User="), [CONFIGURATION]) == "root"
    assert unit_user(UNIT.replace("[Service]", "[Other]"), [CONFIGURATION]) == ""


def test_a_unit_comes_before_the_owner_of_the_store(tmp_path: Path) -> None:
    """The first unit that starts a server with that configuration counts, else the store's owner, else nothing."""
    unit, other = tmp_path / "strongroom.service", tmp_path / "other.service"
    other.write_text(UNIT.replace("User=strongroom", "User=somebody"))
    assert server_user([CONFIGURATION], tmp_path, [unit, other]) == ("somebody", str(other))
    unit.write_text(UNIT)
    assert server_user([CONFIGURATION], tmp_path, [unit, other]) == ("strongroom", str(unit))
    owner = pwd.getpwuid(os.geteuid()).pw_name
    assert server_user(["/x.hcl"], tmp_path, [unit]) == (owner, f"the owner of {tmp_path}")
    assert server_user(["/x.hcl"], tmp_path / "missing", [unit]) == ("", "")
    assert server_user(["/x.hcl"], None, [unit]) == ("", "")


def test_a_user_that_is_not_there_is_refused() -> None:
    """With its name."""
    with pytest.raises(UserError, match="there is no user nosuchuser"):
        become("nosuchuser")
