"""Mounts, the forms that are made from the API's description, SSH and one-time codes."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.conformance.interface.browser import Window
from tests.conformance.interface.conftest import Opened
from tests.conformance.interface.world import ROLES, Role, World
from tests.conformance.servers import start_ours

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
    window.page.get_by_role("heading", name="eng/it's <b>/").wait_for()
    window.press("Settings")
    window.type("Max lease TTL", "2h")
    window.press("Save")
    window.sees("The settings of eng/it's <b>/ are saved.")
    mounts = team.ask("GET", "sys/mounts")["data"]
    assert mounts["eng/it's <b>/"]["config"]["max_lease_ttl"] == 7200
    assert mounts["eng/it's <b>/"]["description"] == "of the tests"
    window.press("Move")
    window.type("New path", "eng/moved")
    window.page.get_by_role("dialog").get_by_role("button", name="Move").click()
    window.page.get_by_role("heading", name="eng/moved/").wait_for()
    window.press("Disable")
    window.sees("Nothing that it issued is in use now.")
    last = window.page.get_by_role("dialog").get_by_role("button", name="Disable")
    assert not last.is_enabled()
    window.type("Type eng/moved to confirm", "eng/moved")
    last.click()
    window.page.get_by_role("heading", name="Secrets engines").wait_for()
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
    assert window.field("Path").input_value() == "team/below"
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
    window.page.get_by_role("link", name="Bells").click()
    window.sees("There is nothing here yet.")
    window.press("Create")
    window.press("Create")
    window.sees("This field is required.")
    window.type("Bell", "big <i>")
    window.type("Tone", "C")
    window.type("Rung by", "eva\nbob")
    window.type("Code", "canary-of-the-tower")
    window.press("Create")
    window.page.get_by_role("heading", name="bells/big <i>").wait_for()
    window.sees("eva, bob")
    window.press("Change")
    window.type("Tone", "D")
    window.press("Save")
    window.page.get_by_role("link", name="Change").wait_for()
    assert with_plugin.ask("GET", "bells/bells/big%20%3Ci%3E")["data"] == {"tone": "D", "rung_by": ["eva", "bob"]}
    window.press("Ring")
    window.sees("Rings a bell, for a minute.")
    assert "canary-of-big" not in window.page.content()
    window.press("Read")
    assert window.reveal("password") == "canary-of-big <i>"
    window.sees("Ends in")
    window.press("Revoke")
    window.page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    window.sees("The lease is revoked. What was issued with it works no more.")
    assert "canary-of-big" not in window.page.content()
    window.page.go_back()
    window.press("Delete")
    window.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    window.sees("There is nothing here yet.")


def test_who_may_use_one_name_finds_it(with_plugin: World, opened: Opened) -> None:
    """A rule for one name shows the place, and the name is proposed; what isn't allowed isn't shown."""
    window = opened("reader", of=with_plugin)
    window.go("/secrets/engine?mount=bells/")
    links = window.page.get_by_role("main").get_by_role("link")
    window.page.get_by_role("main").get_by_role("link", name="Ring").wait_for()
    assert links.all_inner_texts() == ["Secrets engines", "Ring"]
    window.page.get_by_role("main").get_by_role("link", name="Ring").click()
    window.page.get_by_role("combobox", name="Bell").click()
    window.page.get_by_role("option", name="big").click()
    window.press("Go on")
    window.press("Read")
    assert window.reveal("password") == "canary-of-big"
    assert not window.offers("Revoke")


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
    window.page.get_by_role("link", name="Connection").click()
    window.sees("Nothing is set up here yet.")
    window.press("Set up")
    window.type("Connection URI", "http://127.0.0.1:1")
    window.type("Username", "a")
    window.type("Password", "canary-of-the-broker")
    window.press("Save")
    alert = window.page.get_by_role("alert")
    alert.wait_for()
    assert "RabbitMQ cannot be reached" in alert.inner_text()
    assert window.field("Connection URI").input_value() == "http://127.0.0.1:1"
    window.go("/secrets/engine/path?mount=mq/&path=roles/{name}&mode=create")
    window.type("Name", "web")
    window.type("Tags", "monitoring")
    window.press("Create")
    window.page.get_by_role("heading", name="roles/web").wait_for()
    assert team.ask("GET", "mq/roles/web")["data"]["tags"] == "monitoring"


@pytest.mark.parametrize("role", ROLES)
def test_a_key_is_signed(opened: Opened, role: Role, tmp_path: Path) -> None:
    """By each role, also by who may do nothing else; the certificate is one of OpenSSH's."""
    key = tmp_path / "id_ed25519"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    window = opened(role)
    window.go("/secrets/ssh?mount=ssh/")
    if role == "reader":
        window.page.get_by_role("combobox", name="Roles: open by name").click()
        window.page.get_by_role("option", name="team").click()
        window.press("Open")
    else:
        window.page.get_by_role("link", name="team", exact=True).click()
    window.page.get_by_role("heading", name="Sign a key").wait_for()
    assert (window.offers("Change"), window.offers("Make a key")) == (
        (False, False) if role == "reader" else (True, True)
    )
    window.press("Sign a key")
    window.sees("This field is required.")
    window.type("Public key", key.with_suffix(".pub").read_text())
    window.press("Sign a key")
    with window.page.expect_download() as saved:
        window.press("id_ed25519-cert.pub")
    certificate = tmp_path / saved.value.suggested_filename
    saved.value.save_as(certificate)
    told = subprocess.run(["ssh-keygen", "-L", "-f", str(certificate)], check=True, capture_output=True, text=True)
    assert "user certificate" in told.stdout and "deploy" in told.stdout


def test_a_role_keeps_what_a_change_leaves_alone(team: World, opened: Opened) -> None:
    """SSH roles are written as a whole."""
    before = team.ask("GET", "ssh/roles/team")["data"]
    window = opened("admin")
    window.go("/secrets/ssh/role/edit?mount=ssh/&name=team")
    window.type("TTL", "20m")
    window.press("Save")
    window.page.get_by_role("heading", name="Sign a key").wait_for()
    assert team.ask("GET", "ssh/roles/team")["data"] == {**before, "ttl": 1200}
    team.ask("POST", "ssh/roles/team", before)


def test_a_certificate_is_revoked(team: World, opened: Opened) -> None:
    """After asking, and the list says so."""
    serial = team.ask("POST", "ssh/issue/team", {"key_type": "ed25519"})["data"]["serial_number"]
    window = opened("admin")
    window.go("/secrets/ssh?mount=ssh/&tab=certificates")
    row = window.page.get_by_role("row").filter(has_text=serial)
    row.get_by_role("button", name="Revoke").click()
    window.page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    row.get_by_text("revoked").wait_for()
    assert team.ask("GET", f"ssh/cert/{serial}")["data"]["revocation_time"] > 0


@pytest.mark.parametrize("role", ROLES)
def test_a_code_is_shown(team: World, opened: Opened, role: Role) -> None:
    """That which the API makes, when somebody asks for it; the key isn't told."""
    window = opened(role)
    window.go("/secrets/totp/key?mount=totp/&name=team")
    window.press("Show the code")
    code = window.page.locator("output")
    code.wait_for()
    shown, made = code.inner_text(), team.ask("GET", "totp/code/team")["data"]
    # The next one may have begun in between; the page goes on to it by itself.
    assert shown == made["code"] or made["expire_time"] - made["generated"] > made_period(made) - 5
    assert "left" in window.sees(" left").inner_text()
    assert window.offers("Check a code") is (role != "reader")
    assert window.offers("Delete") is (role != "reader")


def made_period(made: dict[str, str]) -> int:
    """The seconds of `30s`."""
    return int(made["period"].removesuffix("s"))


def test_a_key_for_an_app(team: World, opened: Opened) -> None:
    """Made here and shown once as a picture; the app's code is checked, and counts once."""
    window = opened("admin")
    window.refused.add(400)
    window.go("/secrets/totp/create?mount=totp/")
    window.type("Name", "no name!")
    window.type("Issuer", "Shop")
    window.type("Account name", "eva@example.com")
    window.press("Create")
    window.sees("A name has letters and digits, with -, . and @ between them.")
    window.type("Name", "eva")
    window.press("Create")
    window.page.get_by_role("img", name="Scan this with an authenticator app").wait_for()
    assert "otpauth://" not in window.page.content() and "secret=" not in window.page.url
    url = window.reveal("Scan this with an authenticator app")
    assert url.startswith("otpauth://totp/Shop:eva@example.com?")
    window.press("It is scanned")
    code = team.ask("GET", "totp/code/eva")["data"]["code"]
    for said in ("The code is right.", "code already used"):
        window.type("Code that somebody typed", code)
        window.press("Check a code")
        window.sees(said)
    assert url not in window.page.content()


def seen_names(window: Window) -> list[str]:
    """The names of the rows that are shown."""
    return window.page.get_by_role("rowheader").all_inner_texts()


def test_more_names_than_are_drawn(team: World, opened: Opened) -> None:
    """Of more than are drawn at once, each is found."""
    team.ask("POST", "sys/mounts/many", {"type": "totp"})
    for number in range(205):
        team.ask("POST", f"many/keys/key-{number:03}", {"key": "JBSWY3DPEHPK3PXP"})
    window = opened("root")
    window.go("/secrets/totp?mount=many/")
    window.sees("key-000")
    assert len(seen_names(window)) == 200
    window.page.get_by_label("Filter").fill("key-204")
    window.sees("key-204")
    assert seen_names(window) == ["key-204"]
