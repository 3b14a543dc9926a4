"""What the loop with virtual time can't do itself."""

from __future__ import annotations

import asyncio

import pytest

from strongroom.lib.aws.signing import ready


@pytest.fixture(autouse=True, scope="session")
def signer() -> None:
    """The signer is imported: a store would do that in a thread."""
    asyncio.run(ready())
