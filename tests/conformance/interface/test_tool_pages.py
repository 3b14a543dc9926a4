"""Tools, and what a user sees and changes of himself."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator

import pyotp
import pytest

from tests.conformance.interface.browser import Window
from tests.conformance.interface.conftest import Opened
from tests.conformance.interface.world import PASSWORD, ROLES, Role, World

expect = pytest.importorskip("playwright.sync_api").expect


def wrap(window: Window, text: str) -> str:
    """Wrap fields in the page, and return the token."""
    window.go("/tools")
    window.type("What to wrap: JSON or .env", text)
    window.press("Wrap")
    window.sees("It can be used once")
    assert window.field("What to wrap: JSON or .env").input_value() == ""
    return window.reveal("Wrapping token")


@pytest.mark.parametrize("role", ROLES)
def test_wrapping_between_two_users(team: World, opened: Opened, role: Role) -> None:
    """One wraps, another looks and opens it, once; what was in it is shown when it is asked for."""
    token = wrap(opened("reader"), "USER=web\nPASSWORD='canary of a wrap'")
    window = opened(role)
    window.refused.add(400)
    window.go("/tools?tab=unwrap")
    window.type("Wrapping token", token)
    window.press("Look where it comes from")
    window.sees("sys/wrapping/wrap")
    window.press("Unwrap")
    window.sees("What was in it")
    assert "canary of a wrap" not in window.page.content()
    assert window.reveal("PASSWORD") == "canary of a wrap"
    assert window.field("Wrapping token").input_value() == ""
    window.type("Wrapping token", token)
    window.press("Unwrap")
    window.page.get_by_role("alert").wait_for()
    expect(window.field("Wrapping token")).to_have_value(token)  # what was typed stays


def test_wrapping_anew(team: World, opened: Opened) -> None:
    """The old token is worth nothing any more, the new one has what was in it."""
    window = opened("root")
    token = wrap(window, '{"nested": {"markup": "<img src=x onerror=alert(1)>"}}')
    window.go("/tools?tab=unwrap")
    window.type("Wrapping token", token)
    window.press("Wrap anew")
    window.sees("It can be used once")
    new = window.reveal("Wrapping token")
    assert team.answer("POST", "sys/wrapping/unwrap", {"token": token})[0] == 400
    opened_ = team.ask("POST", "sys/wrapping/unwrap", {"token": new})
    assert opened_["data"] == {"nested": {"markup": "<img src=x onerror=alert(1)>"}}


def test_no_fields(opened: Opened) -> None:
    """What is neither JSON nor lines of assignments isn't sent."""
    window = opened("reader")
    window.go("/tools")
    window.type("What to wrap: JSON or .env", "{broken")
    window.sees("neither a JSON object nor lines")
    assert not window.page.get_by_role("button", name="Wrap", exact=True).is_enabled()


def test_a_digest_and_random_bytes(opened: Opened) -> None:
    """The digest is that of the text in UTF-8; the bytes are as many as were asked for, and masked."""
    window = opened("reader")
    window.go("/tools?tab=hash")
    window.type("Text", "Grüße")
    window.press("Hash")
    window.sees(hashlib.sha256("Grüße".encode()).hexdigest())
    assert window.page.get_by_role("tab", name="Random bytes").count() == 0  # the policy default doesn't allow them
    window = opened("root")
    window.go("/tools?tab=random")
    window.type("Number of bytes", "48")
    window.press("Random bytes")
    window.page.get_by_role("button", name="Reveal Random bytes", exact=True).wait_for()
    assert len(base64.b64decode(window.reveal("Random bytes"))) == 48


def test_a_root_token_is_decoded(opened: Opened) -> None:
    """As `operator generate-root -decode` does it; a wrong password is refused, and both texts stay."""
    otp = "A" * 26
    encoded = base64.b64encode(bytes(a ^ b for a, b in zip(b"hvs.canary-of-a-root-token", otp.encode(), strict=True)))
    window = opened("reader")
    window.refused.add(400)
    window.go("/tools?tab=decode")
    window.type("Encoded token", encoded.decode().rstrip("="))
    window.type("One-time password", "short")
    window.press("Decode")
    window.page.get_by_role("alert").wait_for()
    expect(window.field("One-time password")).to_have_value("short")
    window.type("One-time password", otp)
    window.press("Decode")
    window.page.get_by_role("button", name="Reveal Root token", exact=True).wait_for()
    assert window.reveal("Root token") == "hvs.canary-of-a-root-token"


@pytest.mark.parametrize("role", ROLES)
def test_my_capabilities(team: World, opened: Opened, role: Role) -> None:
    """The table says what the API says; it survives a reload, and leads to the reasons."""
    paths = ["team/data/web/db", "sys/policies/acl/team-x", "sys/mounts/new", "team/data/a b%2F/ü"]
    window = opened(role)
    window.go("/me?tab=capabilities")
    window.type("Paths of the API", "\n".join(["/v1/" + paths[0], *paths[1:]]))
    window.press("Ask")
    window.page.get_by_role("row").nth(len(paths)).wait_for()
    may = team.may(role, paths)

    def shown() -> dict[str, list[str]]:
        cells = [row.get_by_role("gridcell") for row in window.page.get_by_role("row").all()[1:]]
        names = [row.get_by_role("rowheader").inner_text() for row in window.page.get_by_role("row").all()[1:]]
        return {name: sorted(each.first.inner_text().split()) for name, each in zip(names, cells, strict=True)}

    assert shown() == {path: sorted(may[path]) for path in paths}
    window.page.reload()
    window.settle()
    assert set(shown()) == set(paths)


@pytest.mark.parametrize("role", ROLES)
def test_my_mounts(team: World, opened: Opened, role: Role) -> None:
    """Each mount on which the user may do something, and no other."""
    window = opened(role)
    window.go("/me?tab=mounts")
    expected = team.ask("GET", "sys/my/mounts", token=team.tokens[role])["data"]["keys"]
    window.page.get_by_role("row").nth(len(expected)).wait_for()
    shown = [row.get_by_role("rowheader").inner_text() for row in window.page.get_by_role("row").all()[1:]]
    assert sorted(shown) == sorted(expected)


@pytest.fixture
def user(team: World) -> Iterator[str]:
    """A user of a mount where users change their passwords."""
    team.ask("POST", "sys/auth/selves", {"type": "userpass"})
    team.ask("POST", "sys/auth/selves/tune", {"self_service_password": True})
    rules = 'path "identity/mfa/method/totp/generate" { capabilities = ["update"] }'
    team.ask("POST", "sys/policies/acl/selves", {"policy": rules})
    team.ask("POST", "auth/selves/users/eva", {"password": PASSWORD, "token_policies": ["selves"]})
    yield "eva"
    team.ask("DELETE", "sys/auth/selves")


def logged_in(opened: Opened, user: str) -> Window:
    """A window of the user."""
    window = opened()
    window.go("/me?with=userpass")
    window.page.get_by_text("Mount and namespace").click()
    window.page.get_by_role("combobox", name="Mount path", exact=True).fill("selves")
    window.type("User name", user)
    window.type("Password", PASSWORD)
    window.press("Log in")
    window.page.get_by_role("heading", name="What I may do", exact=True).wait_for()
    return window


def test_my_token_and_password(team: World, opened: Opened, user: str) -> None:
    """It is renewed; the password is changed with the present one; the token is revoked, and the session ends."""
    window = logged_in(opened, user)
    window.refused.add(400)
    window.sees("auth/selves/login/eva")
    window.press("Renew")
    window.sees("The token is renewed")
    window.page.get_by_role("tab", name="Password", exact=True).click()
    window.type("Present password", "wrong")
    window.type("New password", "canary-of-a-new-password")
    window.type("New password again", "other")
    window.press("Change the password")
    window.sees("The two are not the same.")
    window.type("New password again", "canary-of-a-new-password")
    window.press("Change the password")
    window.sees("invalid username or password")
    window.type("Present password", PASSWORD)
    window.press("Change the password")
    window.sees("The password is changed.")
    assert window.field("New password").input_value() == ""
    assert team.answer("POST", "auth/selves/login/eva", {"password": "canary-of-a-new-password"}, token="")[0] == 200
    window.page.get_by_role("tab", name="My token", exact=True).click()
    token = window.page.evaluate("JSON.parse(sessionStorage.getItem('strongroom.session')).token")
    window.press("Revoke")
    window.sees("You are logged out at once.")
    window.page.get_by_role("dialog").get_by_role("button", name="Revoke", exact=True).click()
    window.sees("Log in to Strongroom")
    assert team.answer("GET", "auth/token/lookup-self", token=token)[0] == 403


def test_my_password_goes_to_my_own_namespace(team: World, opened: Opened, user: str) -> None:
    """A namespace that is visited may have a mount of the same name, and whoever made that gets no password."""
    team.ask("POST", "sys/auth/selves", {"type": "userpass"}, namespace="team-space")
    window = logged_in(opened, user)
    window.refused.add(400)
    window.travel("/me?tab=password&namespace=team-space")
    asked: list[str] = []
    window.page.on("request", lambda request: asked.append(request.headers.get("x-vault-namespace", "")))
    window.type("Present password", PASSWORD)
    window.type("New password", "canary-of-another-password")
    window.type("New password again", "canary-of-another-password")
    window.press("Change the password")
    window.sees("The password is changed.")
    assert asked[0] == ""
    assert team.answer("POST", "auth/selves/login/eva", {"password": "canary-of-another-password"}, token="")[0] == 200
    team.ask("DELETE", "sys/auth/selves", namespace="team-space")


def test_my_authenticator_app(team: World, opened: Opened, user: str) -> None:
    """A secret is made for a method whose id is known; a second one isn't, and that is said."""
    method = team.ask("POST", "identity/mfa/method/totp", {"issuer": "Own", "method_name": "own"})["data"]["method_id"]
    window = logged_in(opened, user)
    window.page.get_by_role("tab", name="Authenticator app", exact=True).click()
    window.page.get_by_role("combobox", name="MFA method", exact=True).fill(method)
    window.press("Make a secret")
    label = "Scan this with an authenticator app."
    window.page.get_by_role("img", name=label, exact=True).wait_for()
    assert isinstance(pyotp.parse_uri(window.reveal("the text of the code")), pyotp.TOTP)
    window.press("Make a secret")
    window.page.locator(".notice-warn").wait_for()
    team.ask("DELETE", f"identity/mfa/method/totp/{method}")


def test_what_may_not_be_done_is_not_offered(opened: Opened) -> None:
    """A mount where users change no passwords says so; who may make no secret has no such part."""
    window = opened("reader")
    window.refused.add(403)
    window.go("/me?tab=password")
    window.sees("users don't change passwords themselves")
    assert window.page.get_by_role("tab", name="Authenticator app").count() == 0
    window = opened("root")
    window.go("/me")
    window.sees("auth/token/create")
    assert not window.offers("Renew")  # a root token has no end
    assert window.page.get_by_role("tab", name="Password").count() == 0
