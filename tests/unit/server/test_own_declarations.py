"""The declarations of the engines and auth methods that ship with Strongroom."""

from __future__ import annotations

import pytest

from strongroom.sdk.engine import Engine, check_engine
from strongroom.sdk.fields import fields_of
from strongroom.sdk.path import parameters_of
from strongroom.server.builtin import AUTH_METHODS, ENGINES

CLASSES = sorted({class_ for _, class_ in (*ENGINES, *AUTH_METHODS)}, key=lambda class_: class_.__module__)


@pytest.mark.parametrize("class_", CLASSES, ids=lambda class_: class_.__module__)
def test_declarations_agree_with_their_functions(class_: type[Engine]) -> None:
    """What is checked of a plugin when it is loaded holds for our own, which a server doesn't check at each start."""
    check_engine(class_)
    assert class_.routes.routes


@pytest.mark.parametrize("class_", CLASSES, ids=lambda class_: class_.__module__)
def test_fields_and_parameters_of_paths_are_described(class_: type[Engine]) -> None:
    """OpenAPI and help say of each field what it means; of parameters too, where the class describes any."""
    declared = [each for route in class_.routes.routes for each in route.by_operation.values()]
    bodies = {each.body for each in declared if each.body is not None}
    assert [(body.__name__, field.name) for body in bodies for field in fields_of(body) if not field.description] == []
    parameters = {name for each in declared for name in parameters_of(each.pattern)}
    assert not class_.path_parameters or class_.path_parameters.keys() == parameters
