"""Mounts, and the forms that are made from the API's description: of a plugin, and of an engine without pages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pytest

from tests.conformance.interface.conftest import Opened
from tests.conformance.interface.world import ROLES, Role, World
from tests.conformance.servers import start_ours

expect = pytest.importorskip("playwright.sync_api").expect

PLUGIN: Final = '''
from typing import Annotated
from strongroom.sdk import SECRET, Body, CommaList, Doc, Engine, Lease, Record, Request, Response, path
from strongroom.sdk import replace

class Bell(Record, frozen=True, tag="bells.bell"):
    tone: str
    rung_by: tuple[str, ...]

class BellBody(Body, frozen=True):
    tone: Annotated[str, Doc(description="How it sounds.")]
    rung_by: Annotated[CommaList, Doc(description="Who may ring `it`.")] = ()
    code: Annotated[str, Doc(description="What opens the tower.", extra=SECRET)] = ""

class Bells(Engine):
    """Rings bells."""
    type = "bells"

    @path.list_("bells")
    async def names(self, request: Request) -> Response | None:
        """Lists the bells."""
        found = await request.view.list("bells/")
        return Response(data={"keys": found}) if found else None

    @path.write("bells/{bell}")
    async def store(self, request: Request, bell: str, body: BellBody) -> None:
        """Hangs a bell, or changes it."""
        request.view.write(f"bells/{bell}", Bell(tone=body.tone, rung_by=tuple(body.rung_by)))

    @path.read("bells/{bell}")
    async def show(self, request: Request, bell: str) -> Response | None:
        """Reads a bell."""
        found = await request.view.read(f"bells/{bell}", Bell)
        return Response(data={"tone": found.tone, "rung_by": list(found.rung_by)}) if found else None

    @path.delete("bells/{bell}")
    async def take_down(self, request: Request, bell: str) -> None:
        """Takes a bell down."""
        request.view.delete(f"bells/{bell}")

    @path.read("ring/{bell}")
    async def ring(self, request: Request, bell: str) -> Response | None:
        """Rings a bell, for a minute."""
        return Response(data={"password": f"canary-of-{bell}"}, lease=Lease(ttl_s=60, internal={}))

    async def revoke(self, request: Request, lease: dict) -> None:
        """Stops it."""
'''


@pytest.mark.parametrize("role", ROLES)
def test_a_mount_is_enabled_tuned_moved_and_disabled(team: World, opened: Opened, role: Role) -> None:
    """By who may: with what is lost told before, and typed before anything ends."""
    window = opened(role)
    window.go("/secrets")
    if role != "root":
        assert not window.offers("Enable an engine")
        return
    window.press("Enable an engine")
    window.page.get_by_text("Tokens of Kubernetes service accounts").click()
    window.type("Path", "eng/it's <b>")
    window.type("Description", "of the tests")
    window.press("Enable")
    window.page.get_by_role("heading", name="eng/it's <b>/", exact=True).wait_for()
    window.press("Settings")
    window.type("Max lease TTL", "2h")
    window.press("Save")
    window.sees("The settings of eng/it's <b>/ are saved.")
    mounts = team.ask("GET", "sys/mounts")["data"]
    assert mounts["eng/it's <b>/"]["config"]["max_lease_ttl"] == 7200
    assert mounts["eng/it's <b>/"]["description"] == "of the tests"
    window.press("Move")
    window.type("New path", "eng/moved")
    window.page.get_by_role("dialog").get_by_role("button", name="Move", exact=True).click()
    window.page.get_by_role("heading", name="eng/moved/", exact=True).wait_for()
    window.press("Disable")
    window.sees("Nothing that it issued is in use now.")
    last = window.page.get_by_role("dialog").get_by_role("button", name="Disable", exact=True)
    assert not last.is_enabled()
    window.type("Type eng/moved to confirm", "eng/moved")
    last.click()
    window.page.get_by_role("heading", name="Secrets engines", exact=True).wait_for()
    assert not any(path.startswith("eng/") for path in team.ask("GET", "sys/mounts")["data"])


def test_a_path_that_cannot_be(team: World, opened: Opened) -> None:
    """The form says so where it knows, and the server where it doesn't; what was typed stays."""
    window = opened("root")
    window.refused.add(400)
    window.go("/mounts/enable?table=secret")
    window.type("Path", "a//b")
    window.sees("Two slashes follow each other.")
    assert not window.page.get_by_role("button", name="Enable", exact=True).is_enabled()
    window.type("Path", "team/below")
    window.press("Enable")
    window.sees("path is already in use at team/")
    expect(window.field("Path")).to_have_value("team/below")
    assert "team/below/" not in team.ask("GET", "sys/mounts")["data"]


def test_disabling_tells_what_is_in_use(team: World, opened: Opened) -> None:
    """How many leases end, before anything is done; and nothing is done by closing."""
    team.ask("POST", "sys/mounts/one-time", {"type": "ssh"})
    role = {"key_type": "otp", "default_user": "eva", "cidr_list": "0.0.0.0/0"}
    team.ask("POST", "one-time/roles/any", role)
    for number in range(3):
        team.ask("POST", "one-time/creds/any", {"ip": f"10.0.0.{number}"})
    window = opened("root")
    window.go("/mounts/settings?table=secret&path=one-time/")
    window.press("Disable")
    window.sees("3 leases end")
    window.press("Cancel")
    assert "one-time/" in team.ask("GET", "sys/mounts")["data"]


def test_times_of_a_mount(team: World, opened: Opened) -> None:
    """The server's are told as the server's; a time of its own is set, and taken away again."""
    team.ask("POST", "sys/mounts/timed", {"type": "kv"})
    window = opened("root")
    window.go("/mounts/settings?table=secret&path=timed/")
    window.sees("as the server says, 768h")
    assert window.field("Default lease TTL").input_value() == ""
    window.type("Default lease TTL", "1h")
    window.press("Save")
    window.sees("The settings of timed/ are saved.")
    assert team.ask("GET", "sys/mounts/timed")["data"]["config"]["default_lease_ttl"] == 3600
    window.go("/mounts/settings?table=secret&path=timed/")
    expect(window.field("Default lease TTL")).to_have_value("1h")
    window.type("Default lease TTL", "")
    window.press("Save")
    window.sees("The settings of timed/ are saved.")
    assert team.ask("GET", "sys/mounts/timed")["data"]["config"]["default_lease_ttl"] == 0


@pytest.fixture(scope="module")
def with_plugin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A server with a plugin that no page knows, and without the client of MySQL."""
    modules = tmp_path_factory.mktemp("modules")
    (modules / "bells.py").write_text(PLUGIN)
    (modules / "pymysql.py").write_text("raise ImportError('no module of that name')\n")
    info = modules / "bells-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: bells\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[strongroom.plugins]\nbells = bells:Bells\n")
    with start_ours(tmp_path_factory.mktemp("plugin"), dev_config='plugins = ["bells"]\n', installed=modules) as server:
        made = World(server, {"root": "root"})
        made.ask("POST", "sys/mounts/bells", {"type": "bells"})
        rules = 'path "bells/ring/big" { capabilities = ["read"] }'
        made.ask("POST", "sys/policies/acl/ringer", {"policy": rules})
        answered = made.ask("POST", "auth/token/create", {"policies": ["ringer"]})
        made.tokens["reader"] = answered["auth"]["client_token"]
        yield made


def test_a_plugin_has_forms(with_plugin: World, opened: Opened) -> None:
    """Names, entries, forms and actions of an engine that no line of the pages knows."""
    window = opened("root", of=with_plugin)
    window.refused.add(404)
    window.go("/secrets/engine?mount=bells/")
    window.page.get_by_role("link", name="Bells", exact=True).click()
    window.sees("There is nothing here yet.")
    window.press("Create")
    window.press("Create")
    window.sees("This field is required.")
    window.type("Bell", "big <i>")
    window.type("Tone", "C")
    window.type("Rung by", "eva\nbob")
    window.type("Code", "canary-of-the-tower")
    window.press("Create")
    window.page.get_by_role("heading", name="bells/big <i>", exact=True).wait_for()
    window.sees("eva, bob")
    window.press("Change")
    window.type("Tone", "D")
    window.press("Save")
    window.page.get_by_role("link", name="Change", exact=True).wait_for()
    assert with_plugin.ask("GET", "bells/bells/big%20%3Ci%3E")["data"] == {"tone": "D", "rung_by": ["eva", "bob"]}
    window.press("Ring")
    window.sees("Rings a bell, for a minute.")
    assert "canary-of-big" not in window.page.content()
    window.press("Read")
    assert window.reveal("password") == "canary-of-big <i>"
    window.sees("Ends in")
    window.press("Revoke")
    window.page.get_by_role("dialog").get_by_role("button", name="Revoke", exact=True).click()
    window.sees("The lease is revoked. What was issued with it works no more.")
    assert "canary-of-big" not in window.page.content()
    window.page.go_back()
    window.press("Delete")
    window.page.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
    window.sees("There is nothing here yet.")


def test_who_may_use_one_name_finds_it(with_plugin: World, opened: Opened) -> None:
    """A rule for one name shows the place, and the name is proposed; what isn't allowed isn't shown."""
    window = opened("reader", of=with_plugin)
    window.go("/secrets/engine?mount=bells/")
    links = window.page.get_by_role("main").get_by_role("link")
    window.page.get_by_role("main").get_by_role("link", name="Ring", exact=True).wait_for()
    expect(links).to_have_text(["Secrets engines", "Ring"])
    window.page.get_by_role("main").get_by_role("link", name="Ring", exact=True).click()
    window.page.get_by_role("combobox", name="Bell", exact=True).click()
    window.page.get_by_role("option", name="big", exact=True).click()
    window.press("Go on")
    window.press("Read")
    assert window.reveal("password") == "canary-of-big"
    assert not window.offers("Revoke")


def test_a_rule_for_all_names_lets_list_them(team: World, opened: Opened) -> None:
    """A listing is judged by the path with a slash: `roles/*` lets list `roles`, on each engine's pages."""
    rules = {f'path "{path}" {{ capabilities = ["list"] }}' for path in ("database/roles/*", "transit/+/*", "ssh/+/")}
    team.ask("POST", "sys/policies/acl/team-lists", {"policy": "\n".join(sorted(rules))})
    token = team.ask("POST", "auth/token/create", {"policies": ["team-lists"]})["auth"]["client_token"]
    window = opened("reader", of=World(team.server, {**team.tokens, "reader": token}))
    for engine, name in (("database", "reports"), ("transit", "team"), ("ssh", "legacy")):
        window.go(f"/secrets/{engine}?mount={engine}/")
        window.page.get_by_role("rowheader", name=name, exact=True).wait_for()
    window.go("/secrets/engine?mount=database/")
    window.page.get_by_role("main").get_by_role("link", name="Roles", exact=True).click()
    window.page.get_by_role("rowheader", name="reports", exact=True).wait_for()


def test_who_may_not_change_it_has_no_form(team: World, opened: Opened) -> None:
    """What may be read is told, and what may not be isn't there as an empty form that nobody can send."""
    rules = [
        f'path "{path}" {{ capabilities = ["read", "sudo"] }}'
        for path in ("sys/mounts/+/tune", "sys/rotate/*", "sys/key-status")
    ]
    team.ask("POST", "sys/policies/acl/team-looks", {"policy": "\n".join(rules)})
    token = team.ask("POST", "auth/token/create", {"policies": ["team-looks", "team-reader"]})["auth"]["client_token"]
    window = opened("reader", of=World(team.server, {**team.tokens, "reader": token}))
    window.refused.add(403)
    forms = window.page.locator("main form")
    window.go("/mounts/settings?table=secret&path=team/")
    window.sees("the team's secrets")
    assert forms.count() == 0
    window.go("/seal")
    window.sees("Automatic rotation")
    assert forms.count() == 0
    window.go("/secrets/engine/path?mount=pki/&path=roles/{name}&v.name=web")
    window.sees("Your policies let you neither read nor change this.")
    assert forms.count() == 0


def test_a_client_library_that_is_missing(with_plugin: World, opened: Opened) -> None:
    """The server's words are shown: which package, and where it says how to install it."""
    with_plugin.ask("POST", "sys/mounts/database", {"type": "database"})
    url = "{{username}}:{{password}}@tcp(127.0.0.1:1)/"
    body = {"plugin_name": "mysql-database-plugin", "connection_url": url, "username": "a", "password": "b"}
    with_plugin.ask("POST", "database/config/shop", {**body, "verify_connection": False})
    window = opened("root", of=with_plugin)
    window.refused.update({400, 500, 502})
    window.go("/secrets/database/connection?mount=database/&name=shop")
    window.press("Try the connection")
    window.sees("the package PyMySQL is missing")


def test_a_rare_engine_without_pages_of_its_own(team: World, opened: Opened) -> None:
    """RabbitMQ's role by the form, and what an unreachable broker says."""
    team.ask("POST", "sys/mounts/mq", {"type": "rabbitmq"})
    window = opened("root")
    window.refused.update({400, 404, 502})
    window.go("/secrets/engine?mount=mq/")
    window.page.get_by_role("link", name="Connection", exact=True).click()
    window.sees("Nothing is set up here yet.")
    window.press("Set up")
    window.type("Connection URI", "http://127.0.0.1:1")
    window.type("Username", "a")
    window.type("Password", "canary-of-the-broker")
    window.press("Save")
    alert = window.page.get_by_role("alert")
    alert.wait_for()
    assert "RabbitMQ cannot be reached" in alert.inner_text()
    expect(window.field("Connection URI")).to_have_value("http://127.0.0.1:1")
    window.go("/secrets/engine/path?mount=mq/&path=roles/{name}&mode=create")
    window.type("Name", "web")
    window.type("Tags", "monitoring")
    window.press("Create")
    window.page.get_by_role("heading", name="roles/web", exact=True).wait_for()
    assert team.ask("GET", "mq/roles/web")["data"]["tags"] == "monitoring"
