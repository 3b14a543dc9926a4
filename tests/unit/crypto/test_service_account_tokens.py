"""Claims about tokens of service accounts: their end is told before it comes."""

from __future__ import annotations

import pytest

from strongroom.crypto import service_account_tokens
from tests.sim.kubernetes import Account, Cluster

CLUSTER = Cluster()
ACCOUNT = Account("web", "front")


def test_end_and_pod_are_told() -> None:
    """Both, in one sentence."""
    token = CLUSTER.token(ACCOUNT, exp=1_800_000_000)
    assert service_account_tokens.expires_at(token) == "2027-01-15T08:00:00Z"
    assert service_account_tokens.ends(token) == 'expires 2027-01-15T08:00:00Z, bound to pod "front-0"'


@pytest.mark.parametrize("at", [True, "soon", -1, 1e300, None])
def test_times_that_are_none(at: object) -> None:
    """A token without a time, or with a strange one, ends at no time."""
    assert service_account_tokens.expires_at(CLUSTER.token(ACCOUNT, exp=at)) is None


def test_tokens_that_do_not_end() -> None:
    """Those of secrets, and tokens that aren't JWTs."""
    for token in (CLUSTER.old_token(ACCOUNT), "opaque", "", "a.b.c"):
        assert (service_account_tokens.expires_at(token), service_account_tokens.ends(token)) == (None, "")
