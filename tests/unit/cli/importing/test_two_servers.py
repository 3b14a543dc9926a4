"""An import is from one server to another."""

from __future__ import annotations

from dataclasses import replace

import pytest

from strongroom.cli.failure import Failure
from strongroom.cli.importing.vault import require_two_servers
from strongroom.client.settings import Settings

SOURCE = replace(Settings(), address="http://127.0.0.1:8200", namespace="")


def test_a_server_is_not_imported_into_itself() -> None:
    """All would count as moved, because it is there; the text names the variable that leads there."""
    destination = replace(SOURCE, address="http://127.0.0.1:8200/", address_from="BAO_ADDR")
    with pytest.raises(Failure, match="BAO_ADDR"):
        require_two_servers(SOURCE, destination)


def test_another_server_or_namespace_is_a_destination() -> None:
    """A namespace may be copied into another one of the same server."""
    require_two_servers(SOURCE, replace(SOURCE, address="http://127.0.0.1:8300"))
    require_two_servers(SOURCE, replace(SOURCE, namespace="team"))
