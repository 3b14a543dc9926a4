"""A stand-in for AWS, once for all tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sim.aws.moto import Moto, running


@pytest.fixture(scope="session")
def one_moto() -> Iterator[Moto]:
    """The stand-in."""
    with running() as moto:
        yield moto


@pytest.fixture
def moto(one_moto: Moto) -> Iterator[Moto]:
    """The stand-in, empty."""
    one_moto.reset()
    yield one_moto
