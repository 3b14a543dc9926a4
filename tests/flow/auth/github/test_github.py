"""The auth method github."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from strongroom.auth.github import Github
from strongroom.auth.github.api import Api
from strongroom.lib.errors import InvalidRequest, NotFound, PermissionDenied, StrongroomError, UpstreamFailed
from strongroom.lib.outgoing import Http
from strongroom.sdk import Auth, Operation, Response
from strongroom.sdk.token_fields import PoliciesChanged
from tests.flow.harness import Mounted
from tests.sim.github import GitHub, Person, Team
from tests.sim.github.stand_in import ACME
from tests.sim.tls_server import TlsServer, as_json, serving

READ, WRITE = Operation.READ, Operation.UPDATE
TOKEN = "ghp_canary"
ALL = Team(1, "all")
ENGINEERING = Team(2, "engineering", "Engineering & Co", parent=ALL)
BACKEND = Team(3, "backend", "Backend", parent=ENGINEERING)
STRANGE = Team(9, "owners", organization=2002)


@dataclass
class World:
    """GitHub with ann, who is in a team, and a mount that is configured for her organization."""

    github: GitHub
    server: TlsServer
    ann: Person
    mount: Mounted

    @classmethod
    async def new(cls, github: GitHub, server: TlsServer, **settings: Any) -> World:
        ann = github.people[TOKEN] = Person("ann", teams=[BACKEND, STRANGE])
        github.teams = [ALL, ENGINEERING]
        world = cls(github, server, ann, await Mounted.new(Github(Api(Http("GitHub", context=server.context)))))
        await world.write(organization="acme", **settings)
        return world

    async def write(self, **settings: Any) -> Any:
        """Write the configuration."""
        return await self.mount.ask(WRITE, "config", {"base_url": f"https://{self.server.host}/api/v3/", **settings})

    async def answer(self, token: str = TOKEN, address: str = "") -> Response:
        """The answer to a login."""
        response = await self.mount.ask(WRITE, "login", {"token": token}, address=address)
        assert response is not None
        return response

    async def log_in(self, token: str = TOKEN, address: str = "") -> Auth:
        """The login."""
        auth = (await self.answer(token, address)).auth
        assert auth is not None
        return auth

    async def refusal(self, token: str = TOKEN, address: str = "") -> StrongroomError | None:
        """The error of a login; None if it succeeds."""
        try:
            await self.log_in(token, address)
        except StrongroomError as error:
            return error
        return None


@pytest.fixture
def github() -> GitHub:
    return GitHub()


@pytest.fixture
def server(github: GitHub, tmp_path: Path) -> Iterator[TlsServer]:
    with serving(tmp_path, github) as server:
        yield server


async def test_login(github: GitHub, server: TlsServer) -> None:
    """A member gets the policies of the mount, of every member, of the teams by slug or name, and of their own."""
    world = await World.new(github, server, token_policies="base", token_ttl="10m")
    maps = {"teams/default": "member", "teams/BackEnd": "Back,dev", "teams/owners": "no", "users/Ann": "own"}
    for key, value in maps.items():
        await world.mount.ask(WRITE, f"map/{key}", {"value": value})
    auth = await world.log_in()
    assert (auth.alias, auth.display_name, auth.metadata) == ("ann", "ann", {"username": "ann", "org": "acme"})
    assert auth.token.policies == ("back", "base", "dev", "member", "own")
    assert (auth.token.ttl_s, auth.group_aliases) == (600, ("Backend", "backend"))


async def test_a_team_of_look_alike_letters(github: GitHub, server: TlsServer) -> None:
    """Members may make teams: one that is called as another but for the Kelvin sign has nothing of it."""
    world = await World.new(github, server)
    await world.mount.ask(WRITE, "map/teams/k8s-admins", {"value": "admin"})
    await world.mount.ask(WRITE, "map/users/karl", {"value": "own"})
    world.ann.teams = [Team(7, "8s-admins", "\u212a8s-Admins")]
    world.ann.login = "\u212aarl"
    assert (await world.log_in()).token.policies == ()
    world.ann.teams, world.ann.login = [Team(8, "k8s-admins", "K8s-Admins")], "Karl"
    assert (await world.log_in()).token.policies == ("admin", "own")


WHO: list[tuple[str, Callable[[World], Any], str, bool]] = [
    ("as it should be", lambda w: None, "", True),
    ("no member", lambda w: w.ann.organizations.remove(ACME), "", False),
    ("member of another", lambda w: w.ann.organizations.__setitem__(0, 2002), "", False),
    ("member of several", lambda w: w.ann.organizations.insert(0, 2002), "", True),
    ("the name is another's now", lambda w: w.github.names.__setitem__("acme", 2002), "", True),
    ("the sign-on hides it", lambda w: w.ann.not_authorized.add(ACME), "", False),
    ("another sign-on", lambda w: w.ann.not_authorized.add(2002), "", True),
    ("the token is gone", lambda w: w.github.people.clear(), "", False),
    ("the teams can't be read", lambda w: setattr(w.ann, "reads_teams", False), "", True),
    ("from elsewhere", lambda w: None, "11.0.0.1", False),
]


@pytest.mark.parametrize(("change", "address", "allowed"), [row[1:] for row in WHO], ids=[row[0] for row in WHO])
async def test_who_gets_in(
    github: GitHub, server: TlsServer, change: Callable[[World], Any], address: str, allowed: bool
) -> None:
    """Each constraint alone decides."""
    world = await World.new(github, server, token_bound_cidrs="10.0.0.0/8")
    change(world)
    error = await world.refusal(address=address or "10.0.0.1")
    assert (error is None) is allowed
    assert error is None or isinstance(error, PermissionDenied | InvalidRequest)


async def test_teams_that_cannot_be_read_are_told(github: GitHub, server: TlsServer) -> None:
    """A login without its teams is warned of, and takes old memberships away."""
    world = await World.new(github, server)
    await world.mount.ask(WRITE, "map/teams/backend", {"value": "back"})
    world.ann.reads_teams = False
    response = await world.answer()
    assert response.auth is not None
    assert (response.auth.token.policies, response.auth.group_aliases) == ((), ())
    assert "read:org" in response.warnings[0]
    world.ann.reads_teams = True
    assert (await world.answer()).warnings == []


async def test_a_hidden_organization_is_told(github: GitHub, server: TlsServer) -> None:
    """Who isn't let in because of the single sign-on is told so."""
    world = await World.new(github, server)
    world.ann.not_authorized.add(ACME)
    error = await world.refusal()
    assert error is not None
    assert "single sign-on" in error.text


async def test_parent_teams(github: GitHub, server: TlsServer) -> None:
    """Members of a team are members of those above it, all the way up, only if the mount says so."""
    world = await World.new(github, server)
    for slug in ("all", "engineering"):
        await world.mount.ask(WRITE, f"map/teams/{slug}", {"value": slug})
    assert (await world.log_in()).token.policies == ()
    await world.write(include_parent_teams=True)
    auth = await world.log_in()
    assert auth.token.policies == ("all", "engineering")
    assert auth.group_aliases == ("Backend", "backend", "Engineering & Co", "engineering", "all")


async def test_parents_in_a_circle_end(github: GitHub, server: TlsServer) -> None:
    """A circle, which GitHub wouldn't make, is walked once."""
    world = await World.new(github, server, include_parent_teams=True)
    low, high = Team(20, "low"), Team(21, "high")
    low.parent, high.parent = high, low
    world.ann.teams, github.teams = [low], [high]
    assert (await world.log_in()).group_aliases == ("low", "high")


async def test_all_pages_count(github: GitHub, server: TlsServer) -> None:
    """Organizations and teams on later pages count."""
    world = await World.new(github, server)
    github.per_page = 2
    world.ann.organizations = [2000, 2002, 2003, 2004, ACME]
    world.ann.teams = [Team(n, f"t{n}") for n in range(10, 15)]
    assert (await world.log_in()).group_aliases == ("t10", "t11", "t12", "t13", "t14")


@pytest.mark.parametrize("host", ["https://127.0.0.2:{port}", "http://127.0.0.1:{port}", "https://127.0.0.1:1"])
async def test_pages_elsewhere_are_not_fetched(github: GitHub, server: TlsServer, host: str) -> None:
    """The token isn't sent to another scheme, host or port that an answer names."""
    world = await World.new(github, server)
    github.per_page, world.ann.organizations = 1, [2002, ACME]
    github.next_host = host.format(port=server.port)
    asked = len(server.asked)
    assert isinstance(await world.refusal(), UpstreamFailed)
    assert len(server.asked) == asked + 2


async def test_answers_that_are_none(github: GitHub, server: TlsServer) -> None:
    """Answers that the API doesn't document let nobody in."""
    world = await World.new(github, server)
    for answer in ({}, [], {"login": 1}, {"login": "ann", "id": 1}):
        github.override = as_json(answer)
        assert isinstance(await world.refusal(), UpstreamFailed)
    for status in (302, 404, 500):
        github.override = as_json({}, status)
        assert isinstance(await world.refusal(), UpstreamFailed)
    github.override = as_json({}, 403)
    github.override.headers["X-RateLimit-Remaining"] = "0"
    assert isinstance(await world.refusal(), UpstreamFailed)


async def test_tokens_that_are_none(github: GitHub, server: TlsServer) -> None:
    """They reach nobody."""
    world = await World.new(github, server)
    asked = len(server.asked)
    for token in ("", "a b", "a\r\nb", "é", "x" * 5000):
        assert isinstance(await world.refusal(token), PermissionDenied | InvalidRequest)
    assert len(server.asked) == asked


async def test_configuration(github: GitHub, server: TlsServer) -> None:
    """The organization's id is asked for when name or server change, and what isn't given stays."""
    world = await World.new(github, server, ttl="1h")
    shown = await world.mount.data(READ, "config")
    assert (shown["organization"], shown["organization_id"], shown["ttl"]) == ("acme", ACME, 3600)
    asked = len(server.asked)
    await world.write(token_policies="x")
    assert len(server.asked) == asked
    github.names["other"] = 5
    await world.write(organization="other")
    assert (await world.mount.data(READ, "config"))["organization_id"] == 5
    await world.write(organization="any", organization_id="7")
    assert (await world.mount.data(READ, "config"))["organization_id"] == 7
    with pytest.raises(UpstreamFailed, match="must manually set it"):
        await world.write(organization="none")
    for settings in ({"organization": ""}, {"organization_id": -1}, {"base_url": "x"}):
        with pytest.raises(InvalidRequest):
            await world.write(**settings)
    assert (await world.mount.data(READ, "config"))["organization_id"] == 7


async def test_without_a_configuration() -> None:
    """Nobody logs in, and there is nothing to read."""
    mount = await Mounted.new(Github())
    with pytest.raises(InvalidRequest, match="configuration has not been set"):
        await mount.ask(WRITE, "login", {"token": "x"})
    with pytest.raises(NotFound):
        await mount.ask(READ, "config")
    with pytest.raises(InvalidRequest, match="organization is a required parameter"):
        await mount.ask(WRITE, "config", {})


async def test_maps() -> None:
    """Names are of one spelling; lists come in pages; what no login gives is refused."""
    mount = await Mounted.new(Github())
    for kind in ("teams", "users"):
        with pytest.raises(NotFound):
            await mount.ask(Operation.LIST, f"map/{kind}")
        for name in ("Dev", "ops"):
            await mount.ask(WRITE, f"map/{kind}/{name}", {"value": "b,A"})
        assert await mount.data(READ, f"map/{kind}/DEV") == {"key": "dev", "value": "b,A"}
        assert await mount.data(Operation.LIST, f"map/{kind}") == {"keys": ["dev", "ops"]}
        assert await mount.data(Operation.LIST, f"map/{kind}", {"after": "dev", "limit": 1}) == {"keys": ["ops"]}
        assert await mount.exists(f"map/{kind}/dev")
        for value in ("root", "response-wrapping", ",".join("abc" for _ in range(1000))):
            with pytest.raises(InvalidRequest):
                await mount.ask(WRITE, f"map/{kind}/dev", {"value": value})
        await mount.ask(Operation.DELETE, f"map/{kind}/dev")
        with pytest.raises(NotFound):
            await mount.ask(READ, f"map/{kind}/dev")


async def test_renewal(github: GitHub, server: TlsServer) -> None:
    """A renewal asks GitHub again: for the token, the membership, the name, the teams' policies."""
    world = await World.new(github, server, token_ttl="10m")
    await world.mount.ask(WRITE, "map/teams/backend", {"value": "back"})
    auth = await world.log_in()
    await world.write(token_ttl="3m")
    renewed = await world.mount.renew(auth)
    assert (renewed.token.ttl_s, renewed.group_aliases) == (180, ("Backend", "backend"))
    world.ann.teams = []
    with pytest.raises(InvalidRequest, match="policies have changed"):
        await world.mount.renew(auth)
    world.ann.teams, world.ann.login = [BACKEND], "bob"
    with pytest.raises(InvalidRequest, match="another name"):
        await world.mount.renew(auth)
    world.ann.login, world.ann.organizations = "ann", []
    with pytest.raises(InvalidRequest, match="not part of required org"):
        await world.mount.renew(auth)
    github.people.clear()
    with pytest.raises(InvalidRequest, match="GitHub refused the token"):
        await world.mount.renew(auth)


async def test_tokens_are_not_in_the_mounts_rows(github: GitHub, server: TlsServer) -> None:
    """A user's token is kept with the token that it became, and nowhere else."""
    world = await World.new(github, server)
    auth = await world.log_in()
    assert auth.internal["token"] == TOKEN
    assert TOKEN not in repr(auth)
    assert all(TOKEN.encode() not in row for row in (await world.mount.rows()).values())


async def test_who_matches_nothing(github: GitHub, server: TlsServer) -> None:
    """With `require_group_match`, a group of this server has to be theirs, unless the maps hold them or their team."""
    world = await World.new(github, server, require_group_match=True, token_policies="base")
    await world.mount.ask(WRITE, "map/teams/default", {"value": "member"})
    assert (await world.log_in()).group_required
    for key in ("map/teams/backend", "map/users/ann"):
        await world.mount.ask(WRITE, key, {"value": ""})
        assert not (await world.log_in()).group_required
        await world.mount.ask(Operation.DELETE, key)
    await world.write(require_group_match=False)
    assert not (await world.log_in()).group_required


async def test_a_renewal_that_keeps_policies_has_the_present_teams(github: GitHub, server: TlsServer) -> None:
    """Where the mount keeps or narrows policies at a renewal, memberships are still those of now."""
    world = await World.new(github, server)
    await world.mount.ask(WRITE, "map/teams/backend", {"value": "back"})
    auth = await world.log_in()
    world.ann.teams = []
    with pytest.raises(PoliciesChanged) as changed:
        await world.mount.renew(auth)
    assert changed.value.auth.group_aliases == ()


async def test_who_is_shown_the_servers_token(
    github: GitHub, server: TlsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who may configure a mount can't have the token of the server's environment sent to a host of theirs."""
    monkeypatch.setenv("VAULT_AUTH_CONFIG_GITHUB_TOKEN", "canary-of-server")
    await World.new(github, server)
    assert "authorization" not in server.asked[-1].headers
    monkeypatch.setenv("GITHUB_API_URL", f"https://{server.host}/api/v3")
    await World.new(github, server)
    assert server.asked[-1].headers["authorization"] == "Bearer canary-of-server"


async def test_space_around_a_token(github: GitHub, server: TlsServer) -> None:
    """It comes with a token that is read from a file; a renewal has the token without it."""
    world = await World.new(github, server)
    auth = await world.log_in(f" {TOKEN}\n")
    assert (auth.alias, auth.internal["token"]) == ("ann", TOKEN)
    assert "missing token" in str(await world.refusal(" \n"))


@pytest.mark.parametrize("data", [{}, {"token_policies": "dev"}, {"policies": "dev"}])
async def test_a_map_without_its_value_is_refused(data: dict[str, Any]) -> None:
    """It would take the policies away that are there; an empty value does so on purpose."""
    mount = await Mounted.new(Github(Api()))
    for kind in ("teams", "users"):
        await mount.ask(WRITE, f"map/{kind}/dev", {"value": "dev"})
        with pytest.raises(InvalidRequest, match="missing value"):
            await mount.ask(WRITE, f"map/{kind}/dev", data)
        assert (await mount.data(READ, f"map/{kind}/dev"))["value"] == "dev"
        await mount.ask(WRITE, f"map/{kind}/dev", {"value": ""})
        assert (await mount.data(READ, f"map/{kind}/dev"))["value"] == ""


async def test_a_users_token_stays_where_it_was_shown(github: GitHub, server: TlsServer, tmp_path: Path) -> None:
    """Who may change the address can't have the tokens of those who are logged in sent to a host of theirs."""
    world = await World.new(github, server)
    auth = await world.log_in()
    (tmp_path / "other").mkdir()
    with serving(tmp_path / "other", github) as other:
        await world.write(base_url=f"https://{other.host}/api/v3", organization_id=ACME)
        with pytest.raises(InvalidRequest, match="another server now, not renewing"):
            await world.mount.renew(auth)
        assert not other.asked
    await world.write(organization_id=ACME)
    assert (await world.mount.renew(auth)).token == auth.token
