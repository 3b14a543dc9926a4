"""The path of the configuration names a group of a mount."""

from __future__ import annotations

import pytest

from strongroom.agent.config.rendering import Turns
from strongroom.agent.turns import Place, place_of
from strongroom.server.config.reader import ConfigError, Where

WHERE = Where("agent.hcl", 12)


@pytest.mark.parametrize(
    ("path", "mount", "group"),
    [
        ("turns/web", "turns", "web"),
        ("/turns/web/", "turns", "web"),
        ("infra/turns/web", "infra/turns", "web"),
        ("turns/groups/web", "turns", "web"),
        ("groups/web", "groups", "web"),
    ],
)
def test_a_group_of_a_mount(path: str, mount: str, group: str) -> None:
    """Also by the path that reads it."""
    place = place_of(Turns(WHERE, path=path))
    assert place == Place(mount, group)
    assert (place.take, place.give, str(place)) == (
        f"{mount}/take/{group}",
        f"{mount}/give/{group}",
        f"{mount}/{group}",
    )


@pytest.mark.parametrize("path", ["", "/", "web", "/web/", "//web"])
def test_what_names_no_group(path: str) -> None:
    """Is an error of the configuration."""
    with pytest.raises(ConfigError, match="expected path in turns as MOUNT/GROUP"):
        place_of(Turns(WHERE, path=path))
