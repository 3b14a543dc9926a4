"""The declarations of the engines and auth methods that ship with Strongroom."""

from __future__ import annotations

import pytest

from strongroom.sdk.engine import Engine, check_engine
from strongroom.server.builtin import AUTH_METHODS, ENGINES

CLASSES = sorted({class_ for _, class_ in (*ENGINES, *AUTH_METHODS)}, key=lambda class_: class_.__module__)


@pytest.mark.parametrize("class_", CLASSES, ids=lambda class_: class_.__module__)
def test_declarations_agree_with_their_functions(class_: type[Engine]) -> None:
    """What is checked of a plugin when it is loaded holds for our own, which a server doesn't check at each start."""
    check_engine(class_)
    assert class_.routes.routes
