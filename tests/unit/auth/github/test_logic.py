"""Claims about GitHub's answers: whatever they are, they are read or there is a clear error."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.auth.github import Github, logic
from strongroom.auth.github.logic import Member, Team
from strongroom.lib.errors import UpstreamFailed

_KEYS = st.sampled_from(["login", "id", "name", "slug", "parent", "organization"])
_VALUES = st.none() | st.booleans() | st.integers(-1, 3) | st.sampled_from(["ann", "", "Team A"])
_JSON = st.recursive(
    _VALUES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=6), max_leaves=12
)


@given(_JSON)
def test_any_answer(answer: object) -> None:
    """Any JSON."""
    for read in (logic.login_of, logic.id_of, logic.team_of, lambda found: logic.teams_of([found], 1)):
        try:
            found = read(answer)
        except UpstreamFailed:
            continue
        assert found or found == []


@given(st.text(max_size=60) | st.text("partial-results; organizations=0123,", max_size=60))
def test_any_header(header: str) -> None:
    """The ids are numbers, if there are any."""
    assert all(id_ >= 0 for id_ in logic.hidden_organizations(header))


def test_hidden_organizations() -> None:
    """Those of a partial list."""
    assert logic.hidden_organizations("partial-results; organizations=21, 205") == {21, 205}
    assert logic.hidden_organizations("required; url=https://github.com/orgs/1/sso") == frozenset()


@pytest.mark.parametrize("id_", [True, 0, -1, "1", None, 1.0])
def test_ids_that_are_none(id_: object) -> None:
    """Only whole numbers above zero are."""
    with pytest.raises(UpstreamFailed):
        logic.id_of({"id": id_})


def test_only_teams_of_the_organization_count() -> None:
    """By its id, whatever it is called."""
    own, other = {"id": 1, "login": "x"}, {"id": 2, "login": "acme"}
    answers = [{"id": 5, "name": "A", "slug": "a", "organization": each} for each in (own, other, None)]
    assert logic.teams_of(answers, 1) == [Team("A", "a", 5)]


def test_names_of_teams() -> None:
    """Name and slug, each once."""
    assert Member("x", (Team("A B", "a-b", 1), Team("c", "c", 2), Team("c", "c", 3))).names == ("A B", "a-b", "c")


def test_secrets_are_declared() -> None:
    """The audit log hides them."""
    assert Github.routes.secret_fields == {"token"}


def test_a_team_without_an_id_counts_by_its_names() -> None:
    """Servers with GitHub's API that name no ids: a login needs them for the teams above only."""
    assert logic.teams_of([{"name": "A", "slug": "a", "organization": {"id": 1}}], 1) == [Team("A", "a", 0)]
