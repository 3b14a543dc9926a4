"""A bucket for each test."""

from __future__ import annotations

import pytest

from tests.conformance.storage.s3.buckets import Buckets
from tests.sim.aws.moto import Moto


@pytest.fixture
def buckets(moto_server: Moto) -> Buckets:
    """The server's, with an empty one."""
    return Buckets(moto_server)
