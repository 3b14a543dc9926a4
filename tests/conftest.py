"""What holds for all tests."""

from hypothesis import settings

from tests.coroutines import pytest_pyfunc_call

__all__ = ["pytest_pyfunc_call"]  # pytest finds it here

# A machine that is busy with something else is no fault of what is tested.
settings.register_profile("strongroom", deadline=None)
settings.load_profile("strongroom")
