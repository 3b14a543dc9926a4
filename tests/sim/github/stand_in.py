"""The parts of GitHub's REST API that logins need, as its documentation describes them.

Source: https://docs.github.com/en/rest/orgs/orgs, https://docs.github.com/en/rest/teams/teams
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from tests.sim.tls_server import Asked, Reply, as_json

ACME = 1001


@dataclass
class Team:
    """A team of an organization."""

    id: int
    slug: str
    name: str = ""
    parent: Team | None = None
    organization: int = ACME

    def shown(self) -> dict[str, Any]:
        """As the API shows it: with the team above, but not the one above that."""
        parent = self.parent
        above = None if parent is None else {"id": parent.id, "slug": parent.slug, "name": parent.name or parent.slug}
        organization = {"id": self.organization, "login": f"org-{self.organization}"}
        return {
            "id": self.id,
            "slug": self.slug,
            "name": self.name or self.slug,
            "parent": above,
            "organization": organization,
        }


@dataclass
class Person:
    """A user, with one token."""

    login: str
    organizations: list[int] = field(default_factory=lambda: [ACME])
    teams: list[Team] = field(default_factory=list)
    not_authorized: set[int] = field(default_factory=set)
    """Organizations whose single sign-on the token isn't authorized for."""
    reads_teams: bool = True
    """Whether the token has the scope for it."""


@dataclass
class GitHub:
    """GitHub, or a server with its API under `prefix`."""

    people: dict[str, Person] = field(default_factory=dict)
    """By token."""
    teams: list[Team] = field(default_factory=list)
    """Those that are nobody's own, but above others."""
    names: dict[str, int] = field(default_factory=lambda: {"acme": ACME})
    prefix: str = "/api/v3"
    per_page: int = 100
    override: Reply | None = None
    next_host: str = ""
    """Where the links to next pages lead; empty for the host itself."""

    def __call__(self, asked: Asked) -> Reply:
        """Answer one request."""
        if self.override is not None:
            return self.override
        if not asked.headers.get("user-agent") or not asked.path.startswith(self.prefix):
            return as_json({"message": "Forbidden"}, 403)
        path = asked.path.removeprefix(self.prefix)
        if found := re.fullmatch(r"/orgs/([^/]+)", path):
            id_ = self.names.get(found[1].lower())
            return as_json({"message": "Not Found"}, 404) if id_ is None else as_json({"id": id_, "login": found[1]})
        person = self.people.get(asked.headers.get("authorization", "").removeprefix("Bearer "))
        if person is None:
            return as_json({"message": "Bad credentials"}, 401)
        if path == "/user":
            return as_json({"login": person.login, "id": 1})
        if path == "/user/orgs":
            shown = [id_ for id_ in person.organizations if id_ not in person.not_authorized]
            return self._page(asked, person, [{"id": id_, "login": f"org-{id_}"} for id_ in shown])
        if path == "/user/teams":
            if not person.reads_teams:
                return as_json({"message": "Resource not accessible"}, 403)
            teams = [team for team in person.teams if team.organization not in person.not_authorized]
            return self._page(asked, person, [team.shown() for team in teams])
        if found := re.fullmatch(r"/organizations/([0-9]+)/team/([0-9]+)", path):
            for team in [*person.teams, *self.teams]:
                if (team.organization, team.id) == (int(found[1]), int(found[2])):
                    return as_json(team.shown())
        return as_json({"message": "Not Found"}, 404)

    def _page(self, asked: Asked, person: Person, items: list[Any]) -> Reply:
        query = parse_qs(asked.query)
        page = int(query.get("page", ["1"])[0])
        size = min(int(query.get("per_page", ["30"])[0]), self.per_page)
        reply = as_json(items[(page - 1) * size : page * size])
        if page * size < len(items):
            host = self.next_host or f"https://{asked.headers['host']}"
            base = f"{host}{asked.path}?per_page={size}&page="
            last = -(-len(items) // size)
            reply.headers["Link"] = f'<{base}{last}>; rel="last", <{base}{page + 1}>; rel="next"'
        if person.not_authorized:
            ids = ",".join(map(str, sorted(person.not_authorized)))
            reply.headers["X-GitHub-SSO"] = f"partial-results; organizations={ids}"
        return reply
