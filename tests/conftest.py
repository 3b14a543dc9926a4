"""What holds for all tests."""

import compileall
from pathlib import Path

import pytest
from hypothesis import settings

from tests.coroutines import pytest_pyfunc_call
from tests.distribution import pytest_collection_modifyitems, pytest_xdist_make_scheduler
from tests.quick_passwords import _quick_passwords, whole_passwords

__all__ = [
    "_quick_passwords",
    "pytest_collection_modifyitems",
    "pytest_pyfunc_call",
    "pytest_xdist_make_scheduler",
    "whole_passwords",
]  # pytest finds them here

# A machine that is busy with something else is no fault of what is tested.
settings.register_profile("strongroom", deadline=None)
settings.load_profile("strongroom")


def pytest_sessionstart(session: pytest.Session) -> None:
    """Compile the sources once.

    Tests start programs thousands of times, and where the environment forbids Python to keep what it compiled, each
    would compile all of them again.
    """
    if not hasattr(session.config, "workerinput"):
        compileall.compile_dir(Path(__file__).parents[1] / "src", quiet=2)
