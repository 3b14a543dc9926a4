"""Claims about the API server's answers: whatever they are, nobody gets in by an odd one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.auth.kubernetes import Kubernetes, answers
from strongroom.lib.errors import PermissionDenied, StrongroomError, UpstreamFailed

_KEYS = st.sampled_from(
    ["kind", "status", "user", "username", "uid", "authenticated", "audiences", "metadata", "labels"]
)
_VALUES = st.none() | st.booleans() | st.integers() | st.sampled_from(["TokenReview", "system:serviceaccount:a:b", "x"])
_JSON = st.recursive(
    _VALUES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=5), max_leaves=12
)


@given(_JSON)
def test_any_answer(answer: object) -> None:
    """An answer that doesn't break is an account that was authenticated."""
    try:
        account = answers.reviewed(answer, ())
    except StrongroomError:
        return
    assert isinstance(answer, dict)
    assert answer["status"]["authenticated"] is True
    assert (account.namespace, account.name) == ("a", "b")


@given(_JSON)
def test_any_object(answer: object) -> None:
    """Labels and annotations are texts, or there is a clear error."""
    for read in (answers.labels, lambda found: answers.alias_metadata(found, "x")):
        try:
            found = read(answer)
        except StrongroomError:
            continue
        assert all(isinstance(text, str) for pair in found.items() for text in pair)


@pytest.mark.parametrize("status", [301, 302, 400, 404, 409, 429, 500, 503])
def test_refusals_of_the_cluster(status: int) -> None:
    """They are no fault of who logs in."""
    with pytest.raises(UpstreamFailed):
        answers.check_status(status, own_bearer=False, what="x")


@pytest.mark.parametrize("status", [401, 403])
def test_whose_token_was_refused(status: int) -> None:
    """This server's, or the one that logs in."""
    with pytest.raises(UpstreamFailed, match="this server's reviewer token, not yours"):
        answers.check_status(status, own_bearer=True, what="x")
    with pytest.raises(PermissionDenied):
        answers.check_status(status, own_bearer=False, what="x")


def test_secrets_are_declared() -> None:
    """The audit log hides them."""
    assert Kubernetes.routes.secret_fields == {"jwt", "token_reviewer_jwt"}
