"""Groups that a login names, and its second factor."""

from __future__ import annotations

import pyotp

from tests.flow.identity.people import People


async def test_a_login_enters_the_groups_that_it_names_when_its_second_factor_is_proved() -> None:
    """A password alone changes no membership; the groups that it would give are enforced already."""
    people = await People.start()
    node = people.node
    group = await people.external("devs", "devs", policies="groups")
    made = await node.ok("POST", "identity/mfa/method/totp", {"issuer": "strong", "method_name": "main"})
    method = made.data["method_id"]
    wanted = {"mfa_method_ids": [method], "identity_group_ids": [group]}
    await node.ok("POST", "identity/mfa/login-enforcement/devs", wanted)
    entity = (await people.login("ann", group_aliases=()))["entity_id"]
    shown = await node.ok("POST", "identity/mfa/method/totp/admin-generate", {"method_id": method, "entity_id": entity})
    app = pyotp.parse_uri(shown.data["url"])
    assert isinstance(app, pyotp.TOTP)

    held = await people.login("ann", group_aliases=("devs",))
    assert held["client_token"] == ""
    assert (await node.ok("GET", f"identity/entity/id/{entity}")).data["group_ids"] == []

    code = {method: [app.at(int(people.clock.now()))]}
    validate = {"mfa_request_id": held["mfa_requirement"]["mfa_request_id"], "mfa_payload": code}
    auth = (await node.ok("POST", "sys/mfa/validate", validate, "")).body["auth"]
    assert auth["identity_policies"] == ["groups"]
    assert (await node.ok("GET", f"identity/entity/id/{entity}")).data["group_ids"] == [group]
