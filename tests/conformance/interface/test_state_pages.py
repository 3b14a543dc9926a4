"""The overview, tokens and break-glass in the browser: what they show is what the API says."""

from __future__ import annotations

import re
from collections import Counter
from urllib.parse import quote

import pytest

from tests.conformance.interface.conftest import Opened
from tests.conformance.interface.world import ROLES, Role, World

expect = pytest.importorskip("playwright.sync_api").expect

_SAMPLE = re.compile(r"^(\w+)(?:\{(.*)\})? (\S+)$", re.MULTILINE)
_LABEL = re.compile(r'(\w+)="([^"]*)"')


def sums(text: str, name: str, *labels: str) -> Counter[tuple[str, ...]]:
    """The sums of a name of `sys/metrics` by labels, in Prometheus' format."""
    found: Counter[tuple[str, ...]] = Counter()
    for sample, labelled, value in _SAMPLE.findall(text):
        if sample == name:
            of = dict(_LABEL.findall(labelled))
            found[tuple(of[label] for label in labels)] += float(value)  # type: ignore[assignment]
    return found


def quantile(before: str, after: str, part: float) -> float:
    """A quantile of the times of the requests between two answers, in milliseconds, as Prometheus takes it."""
    name = "vault_core_handle_request_bucket"
    counts = {float(le): int(n) for (le,), n in sums(after, name, "le").items()}
    for (le,), n in sums(before, name, "le").items():
        counts[float(le)] -= int(n)
    wanted, lower, below = part * max(counts.values()), 0.0, 0
    for bound, count in sorted(counts.items()):
        if count >= wanted:
            return lower if bound == float("inf") else lower + (bound - lower) * (wanted - below) / (count - below)
        lower, below = bound, count
    raise AssertionError(counts)


def test_the_overview_has_the_numbers_of_the_server(team: World, opened: Opened) -> None:
    """Each chart has a table; what stands there is what `sys/metrics` answered, and its quantiles are those of the time
    between two answers.  Paused, it asks no more."""
    team.answer("POST", "auth/userpass/login/admin", {"password": "wrong"}, token="")
    window = opened("root")
    texts: list[str] = []
    window.page.on("response", lambda answer: texts.append(answer.text()) if "sys/metrics" in answer.url else None)
    window.go("/")
    table = window.page.get_by_role("table", name="Time of requests", include_hidden=True, exact=True)
    table.locator("tbody tr").nth(2).wait_for(state="attached")
    window.press("Pause")
    window.settle()
    newest = table.locator("tbody tr").first.locator("td")
    shown = [text.replace(" ms", "e-3").replace(" s", "") for text in newest.all_text_contents()]
    wanted = [quantile(texts[-2], texts[-1], part) for part in (0.5, 0.99)]
    assert [float(text) * 1000 for text in shown] == pytest.approx(wanted, rel=0.01)
    logins = window.page.get_by_role("table", name="Logins by method, since the start", exact=True)
    counted = sums(texts[-1], "vault_core_logins_total", "method", "result")
    row = logins.get_by_role("row", name="userpass").locator("td")
    assert row.all_inner_texts() == [str(int(counted["userpass", each])) for each in ("succeeded", "failed")]
    tiles = dict(zip(*(window.page.locator(f".tiles {tag}").all_inner_texts() for tag in ("dt", "dd")), strict=True))
    assert tiles["Leases"] == str(int(sums(texts[-1], "vault_expire_num_leases")[()]))
    memory = sums(texts[-1], "process_resident_memory_bytes")[()] / 2**20
    assert float(tiles["Memory"].removesuffix(" MiB")) == pytest.approx(memory, abs=0.6)
    assert tiles["Seal"] == "unsealed (shamir)"
    charts = ("Requests", "Errors per second", "Logins per second", "Leases", "Memory", "Processor")
    assert all(window.page.get_by_role("img", name=re.compile(f"^{chart}: ")).count() == 1 for chart in charts)
    assert window.offers("Go on")
    assert window.findings() == []


def test_leases_are_counted_by_mount_and_by_end(team: World, opened: Opened) -> None:
    """When somebody asks for it."""
    window = opened("root")
    window.go("/")
    window.press("Pause")
    window.press("Count leases by mount and by end")
    ends = window.page.get_by_role("table", name="Leases by when they end", exact=True)
    ends.wait_for()
    found = team.ask("POST", "sys/leases/search", {"limit": 1000})["data"]["keys"]
    assert sum(int(text) for text in ends.locator("td").all_inner_texts()) == len(found)


@pytest.mark.parametrize("role", ("admin", "reader"))
def test_who_may_not_know_the_server_sees_what_is_his(team: World, opened: Opened, role: Role) -> None:
    """His mounts, as the API tells them, and what he can begin with; a message for everybody, and no charts."""
    message = {
        "title": f"To {role}",
        "message": "bW92ZWQ=",
        "authenticated": True,
        "start_time": "2020-01-01T00:00:00Z",
    }
    made = team.ask("POST", "sys/config/ui/custom-messages", {**message, "type": "banner"})["data"]["id"]
    try:
        window = opened(role)
        window.go("/")
        window.sees(f"To {role}")
        window.sees("moved")
    finally:
        team.ask("DELETE", f"sys/config/ui/custom-messages/{made}")
    mine = team.ask("GET", "sys/my/mounts", token=team.tokens[role])["data"]["keys"]
    rows = window.page.get_by_role("grid", name="Your mounts", exact=True).get_by_role("rowheader").all_inner_texts()
    assert sorted(rows) == sorted(each for each in mine if not each.startswith(("auth/", "sys/", "identity/")))
    assert not window.offers("Pause") and not window.offers("Enable an engine")
    assert window.offers("Share something once")
    assert window.offers("Store a secret")
    assert window.findings() == []


def test_a_token_of_few_rights(team: World, opened: Opened) -> None:
    """It is made with what was typed, shown once, looked up, and revoked; its text is in no address and not in the page
    before somebody asks for it."""
    window = opened("root")
    window.refused.add(400)
    window.go("/tokens/create")
    window.type("Policies", "default, team-reader")
    window.type("Time to live", "an hour")
    window.press("Create")
    window.page.get_by_role("alert").wait_for()
    expect(window.field("Policies")).to_have_value("default, team-reader")
    window.type("Time to live", "1h")
    window.type("Name", "ci <b>")
    window.type("Number of uses", "7")
    window.page.get_by_text("More settings").click()
    window.page.get_by_text("Orphan", exact=True).click()
    window.press("Create")
    window.sees("It is shown once. Copy it now.")
    token = window.reveal("Token")
    known = team.ask("GET", "auth/token/lookup-self", token=token)["data"]
    assert (known["policies"], known["num_uses"], known["orphan"]) == (["default", "team-reader"], 6, True)
    assert known["explicit_max_ttl"] == 0 and 3500 < known["ttl"] <= 3600
    window.press("I have it")
    expect(window.page.locator("[data-revealed]")).to_have_count(0)
    assert token not in window.page.content() and token not in window.page.url
    window.go(f"/tokens/token?accessor={quote(known['accessor'])}")
    facts = window.page.locator(".facts").inner_text()
    for shown in (known["display_name"], "team-reader", "auth/token/create", "service"):
        assert shown in facts
    window.type("What it may do with a path", "team/data/x")
    window.press("Ask")
    window.page.locator("form [role=status]", has_text="read").wait_for()
    window.press("Revoke")
    window.page.get_by_role("dialog").get_by_role("button", name="Revoke", exact=True).click()
    window.page.get_by_role("heading", name="Tokens", exact=True).wait_for()
    assert team.answer("GET", "auth/token/lookup-self", token=token)[0] == 403


def test_a_token_is_looked_up_by_itself(team: World, opened: Opened) -> None:
    """It is sent, and gone from the field; a wrong one stays, for whoever has mistyped it."""
    token = team.ask("POST", "auth/token/create", {"policies": ["default"], "ttl": "1h", "meta": {"team": "web"}})
    window = opened("root")
    window.refused.add(403)
    window.go("/tokens")
    window.type("Token", "hvs.wrong")
    window.press("Look up the token")
    window.page.get_by_role("alert").wait_for()
    expect(window.field("Token")).to_have_value("hvs.wrong")
    window.type("Token", token["auth"]["client_token"])
    window.press("Look up the token")
    window.sees("team=web")
    assert window.field("Token").input_value() == ""
    assert token["auth"]["client_token"] not in window.page.content()
    window.page.get_by_role("link", name="Open it by its accessor", exact=True).click()
    window.page.get_by_role("heading", name="token", exact=True).wait_for()
    assert window.findings() == []


def test_tokens_are_shown_page_by_page(team: World, opened: Opened) -> None:
    """Those of a namespace, each with what it is; the way back is the browser's."""
    team.ask("POST", "sys/namespaces/many-tokens")
    try:
        for number in range(27):
            team.ask("POST", "auth/token/create", {"display_name": f"n{number}", "ttl": "1h"}, namespace="many-tokens")
        keys = team.ask("GET", "auth/token/accessors?list=true", namespace="many-tokens")["data"]["keys"]
        window = opened("root")
        window.go("/")
        window.press("Namespace: root")
        window.page.get_by_role("combobox", name="Namespace", exact=True).fill("many-tokens")
        window.page.keyboard.press("Tab")  # The proposals close.
        window.press("Go there")
        window.page.get_by_role("button", name="Namespace: many-tokens", exact=True).wait_for()
        window.page.get_by_role("navigation", name="Pages", exact=True).get_by_role(
            "link", name="Tokens", exact=True
        ).click()
        rows = window.page.get_by_role("grid", name="All tokens", exact=True).get_by_role("rowheader")
        rows.nth(24).wait_for()
        expect(rows).to_have_text(keys[:25])
        names = window.page.get_by_text(re.compile(r"^token-n\d+$"))
        names.nth(24).wait_for()
        window.press("Next page")
        rows.nth(25).wait_for(state="detached")
        window.page.get_by_role("link", name=keys[-1], exact=True).wait_for()
        assert rows.all_inner_texts() == keys[25:] and not window.offers("Next page")
        window.page.go_back()
        window.page.get_by_role("link", name=keys[0], exact=True).wait_for()
    finally:
        team.ask("DELETE", "sys/namespaces/many-tokens")


def test_a_tree_of_tokens(team: World, opened: Opened) -> None:
    """From a token to those that it has made, and back to its maker."""
    top = team.ask("POST", "auth/token/create", {"policies": ["root"], "display_name": "tree"})["auth"]
    child = team.ask("POST", "auth/token/create", {"display_name": "branch"}, token=top["client_token"])["auth"]
    team.ask("POST", "auth/token/create", {"display_name": "leaf"}, token=child["client_token"])
    window = opened("root")
    window.go(f"/tokens/token?accessor={top['accessor']}")
    branch = window.page.get_by_role("row").filter(has_text="token-branch")
    branch.get_by_text("yes").wait_for()
    branch.get_by_role("link").click()
    window.page.get_by_role("row").filter(has_text="token-leaf").get_by_text("no", exact=True).wait_for()
    assert window.findings() == []
    window.page.get_by_role("link", name="token-tree", exact=True).click()
    branch.wait_for()


def test_a_token_made_in_a_namespace_below_is_named(team: World, opened: Opened) -> None:
    """With the namespace, where it can be looked up; not from here."""
    top = team.ask("POST", "auth/token/create", {"policies": ["root"]})["auth"]
    by = top["client_token"]
    below = team.ask("POST", "auth/token/create", {"display_name": "below", "policies": ["default"]}, by, "team-space")
    here = team.ask("POST", "auth/token/create", {"display_name": "here"}, by)
    window = opened("root")
    window.go(f"/tokens/token?accessor={top['accessor']}")
    window.sees("token-below (team-space/)")
    window.page.get_by_role("link", name=here["auth"]["accessor"], exact=True).wait_for()
    expect(window.page.get_by_role("link", name=below["auth"]["accessor"], exact=True)).to_have_count(0)


def test_an_administrator_makes_tokens_by_a_role(team: World, opened: Opened) -> None:
    """Of his team's roles he makes one, changes it, makes a token by it, and deletes it; other ways aren't offered."""
    window = opened("admin")
    window.go("/tokens/create")
    window.sees("Your policies do not let you create tokens without a role.")
    assert not window.offers("Create")
    window.go("/tokens/role")
    window.type("Name of the role", "team-build")
    window.type("Allowed policies", "team-reader\ndefault")
    window.press("Save")
    window.page.get_by_role("heading", name="team-build", exact=True).wait_for()
    role = team.ask("GET", "auth/token/roles/team-build")["data"]
    assert role["allowed_policies"] == ["default", "team-reader"] and role["renewable"] is True
    window.press("Create a token")
    window.page.get_by_role("heading", name="Create a token of the role team-build", exact=True).wait_for()
    window.type("Policies", "team-reader")
    window.press("Create")
    window.sees("It is shown once. Copy it now.")
    token = window.reveal("Token")
    assert team.ask("GET", "auth/token/lookup-self", token=token)["data"]["role"] == "team-build"
    window.go("/tokens/role?name=team-build")
    window.press("Delete")
    window.page.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
    window.page.get_by_role("heading", name="Roles", exact=True).wait_for()
    assert team.answer("GET", "auth/token/roles/team-build")[0] == 404


def test_what_was_issued_is_taken_back(team: World, opened: Opened) -> None:
    """Counted first; then a token and its orphan are of no use, and the report says so after a reload, too."""
    made = team.ask("POST", "auth/token/create", {"policies": ["root"], "ttl": "1h"})["auth"]
    orphan = team.ask("POST", "auth/token/create-orphan", {"policies": ["default"]}, made["client_token"])["auth"]
    window = opened("root")
    window.go(f"/tokens/token?accessor={made['accessor']}")
    window.press("Take back all that it has made")
    expect(window.field("Accessor of a token")).to_have_value(made["accessor"])
    window.press("Count, and end nothing yet")
    window.sees("2 tokens, leases and wrapped answers end.")
    assert team.answer("GET", "auth/token/lookup-self", token=made["client_token"])[0] == 200
    assert window.findings() == []
    window.press("Take it back")
    dialog = window.page.get_by_role("dialog")
    dialog.get_by_role("textbox").fill("take back")
    dialog.get_by_role("button", name="Take it back", exact=True).click()
    window.sees("Found")
    for token in (made, orphan):
        assert team.answer("GET", "auth/token/lookup-self", token=token["client_token"])[0] == 403
    window.page.reload()
    window.sees(made["accessor"])
    id_ = window.page.get_by_role("heading", level=1).inner_text()
    assert team.ask("GET", f"sys/revoke-issued/{id_}")["data"]["asked"] == {"accessor": made["accessor"]}
    window.go("/break-glass")
    window.page.get_by_role("link", name=id_, exact=True).wait_for()


def test_what_cannot_be_taken_back_is_told(opened: Opened) -> None:
    """What blocks has no end, and a mount that isn't there is refused; what was typed stays."""
    window = opened("root")
    window.go("/break-glass/new?mount=auth/userpass/&block=yes")
    assert window.field("Issued before").is_disabled()
    window.type("Mount", "nosuch/")
    window.refused.add(400)
    window.press("Count, and end nothing yet")
    window.page.get_by_role("alert").wait_for()
    expect(window.field("Mount")).to_have_value("nosuch/")


def test_who_would_end_himself_is_told(team: World, opened: Opened) -> None:
    """A prefix that holds the user's own token is ended by who says so: he reads it before he types the path."""
    token = team.ask("POST", "auth/token/create", {"policies": ["root"], "ttl": "1h"})["auth"]["client_token"]
    mine = World(team.server, {"root": token})
    window = opened("root", of=mine)
    window.go("/leases/revoke?prefix=auth/token/")
    window.sees("Your own token is among them. You would be logged out.")
    window.go("/break-glass/new?mount=auth/token/&counted=yes")
    window.sees("Your own token is among them. You would be logged out.")
    button = window.page.get_by_role("button", name="Take it back", exact=True)
    assert button.is_disabled()
    window.page.get_by_text("I mean my own token, too").click()
    expect(button).to_be_enabled()


@pytest.mark.parametrize("role", ROLES)
def test_what_tokens_show_is_allowed(team: World, opened: Opened, role: Role) -> None:
    """Of a token's page, each control is one that the user may use."""
    accessor = team.ask("POST", "auth/token/create", {"policies": ["default"], "ttl": "1h"})["auth"]["accessor"]
    window = opened(role)
    window.refused.add(403)
    window.go(f"/tokens/token?accessor={accessor}")
    assert all(team.covers(role, window.controls()).values())
    assert window.offers("Revoke") is (role != "reader")
    assert window.offers("Take back all that it has made") is (role == "root")
