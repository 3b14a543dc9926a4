"""What holds for all tests."""

import os

from hypothesis import settings

from tests.collecting import pytest_collection, pytest_sessionstart
from tests.coroutines import pytest_pyfunc_call
from tests.distribution import pytest_collection_modifyitems, pytest_xdist_make_scheduler
from tests.logging_restored import pytest_configure, pytest_runtest_teardown
from tests.quick_passwords import _quick_passwords, whole_passwords

__all__ = [
    "_quick_passwords",
    "pytest_collection",
    "pytest_collection_modifyitems",
    "pytest_configure",
    "pytest_pyfunc_call",
    "pytest_runtest_teardown",
    "pytest_sessionstart",
    "pytest_xdist_make_scheduler",
    "whole_passwords",
]  # pytest finds them here

# A machine that is busy with something else is no fault of what is tested.  Two runs of the same tests try the same
# examples, so that a change is judged by itself; `make fuzz` tries others each time.
settings.register_profile("strongroom", deadline=None, derandomize="FUZZ_FACTOR" not in os.environ)
settings.load_profile("strongroom")
