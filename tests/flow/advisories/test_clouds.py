"""Advisories about logging in by identities of clouds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs

import pytest

from strongroom.auth.aws import Aws
from strongroom.auth.azure import Azure
from strongroom.auth.gcp import Gcp
from strongroom.auth.gcp.google import Google
from strongroom.lib.errors import InvalidRequest, UpstreamFailed
from strongroom.sdk import Auth, Operation
from tests.flow.harness import Mounted
from tests.sim import azure, google
from tests.sim.answering import Answering, Asked, answering
from tests.sim.aws.signed import BODY, b64, login, presigned

WRITE = Operation.UPDATE
KEYS = ("AKIACANARY", "canary-secret", None)
OURS, OTHERS = "111111111111", "222222222222"
ANSWER = (
    '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>'
    "<Arn>{}</Arn><UserId>{}</UserId><Account>{}</Account>"
    "</GetCallerIdentityResult></GetCallerIdentityResponse>"
)


async def log_in(mount: Mounted, fields: dict[str, Any]) -> Auth:
    """The login that a method answers with."""
    response = await mount.ask(WRITE, "login", fields)
    assert response is not None
    assert response.auth is not None
    return response.auth


def caller(account: str, name: str = "app", id_: str = "AROAOURS") -> str:
    """What STS says of a session of a role."""
    return ANSWER.format(f"arn:aws:sts::{account}:assumed-role/{name}/session", f"{id_}:session", account)


class StandIn(Answering):
    """STS and IAM, of which the latter knows one role, in our account."""

    told: str = caller(OURS)

    def reply(self, asked: Asked) -> tuple[int, Any]:
        self.asked.append(asked)
        if b"GetRole" not in asked.body:
            return 200, self.told.encode()
        name = parse_qs(asked.body.decode())["RoleName"][0]
        known = f"<Arn>arn:aws:iam::{OURS}:role/team/{name}</Arn><RoleId>AROAOURS</RoleId>"
        return 200, f"<GetRoleResponse><GetRoleResult><Role>{known}</Role></GetRoleResult></GetRoleResponse>".encode()


@pytest.fixture
def aws() -> Iterator[StandIn]:
    """The stand-in for STS and IAM."""
    with answering() as server:
        stand_in = StandIn(server.url)
        server.reply = stand_in.reply  # type: ignore[method-assign]
        yield stand_in


async def mounted(aws: StandIn, bound: str = f"arn:aws:iam::{OURS}:role/app", **settings: Any) -> Mounted:
    """A mount that asks the stand-in, with a role `app`."""
    mount = await Mounted.new(Aws())
    endpoints = dict.fromkeys(("endpoint", "iam_endpoint", "sts_endpoint"), aws.url)
    await mount.ask(WRITE, "config/client", {"access_key": "AKIA", "secret_key": "x", **endpoints})
    await mount.ask(WRITE, "role/app", {"bound_iam_principal_arn": bound, **settings})
    return mount


def posted(**changes: Any) -> dict[str, Any]:
    """A signed login of which something is replaced."""
    return {**login(KEYS, role="app"), **changes}


@pytest.mark.parametrize(
    "fields",
    [
        posted(iam_request_url=b64("https://sts.amazonaws.com/?Action=AssumeRoleWithWebIdentity")),
        posted(iam_request_url=b64("https://sts.amazonaws.com/other")),
        posted(iam_request_url=b64("https://sts.amazonaws.com@attacker.example/")),
        posted(iam_request_body=b64("Action=AssumeRoleWithWebIdentity&Version=2011-06-15")),
        posted(iam_request_body=b64(f"{BODY}&Action=AssumeRoleWithWebIdentity")),
        posted(iam_request_body=b64(f"{BODY};Action=AssumeRoleWithWebIdentity")),
        posted(iam_http_request_method="PUT"),
        login(KEYS, role="app", url="https://attacker.example/"),
        login(KEYS, role="app", headers={"Host": "attacker.example"}),
        login(KEYS, role="app", headers={"Accept": "application/json"}),
        login(KEYS, role="app", after={"HOST": "attacker.example"}),
        login(KEYS, role="app", after={"X-Amz-Target": "x"}),
        presigned(KEYS, role="app", query=f"{BODY}&WebIdentityToken=x"),
    ],
    ids=range(13),
)
async def test_cve_2020_16250_a_request_asks_sts_who_signed_it_and_nothing_else(
    aws: StandIn, fields: dict[str, Any]
) -> None:
    """There the client chose host, action and form of what the server asked, and so what was answered.

    Here whoever gets STS to answer with a text of theirs would be anybody.
    """
    mount = await mounted(aws, resolve_aws_unique_ids=False)
    aws.asked.clear()
    with pytest.raises(InvalidRequest):
        await log_in(mount, fields)
    assert not aws.asked
    await log_in(mount, login(KEYS, role="app", after={"Accept": "application/json"}))
    assert aws.asked[0].headers["accept"] == "text/xml"


@pytest.mark.parametrize(
    "told",
    [
        f"<AssumeRoleWithWebIdentityResponse>{caller(OURS)}</AssumeRoleWithWebIdentityResponse>",
        f"<GetCallerIdentityResponse><x>{caller(OURS)}</x></GetCallerIdentityResponse>",
        caller(OURS).replace("https://sts.amazonaws.com/doc/2011-06-15/", "https://attacker.example/"),
        caller(OURS).replace("</Account>", f"</Account><Arn>arn:aws:iam::{OURS}:user/x</Arn>"),
        "<!DOCTYPE x [<!ENTITY a 'b'>]>" + caller(OURS),
        f'{{"a": "{caller(OURS)}"}}',
        caller(OURS) + caller(OTHERS),
        "<a>" * 10_000,
    ],
    ids=range(8),
)
async def test_cve_2020_16250_only_sts_own_answer_counts(aws: StandIn, told: str) -> None:
    """There the first ARN anywhere in an answer of any form counted.

    Here a text of the client's within an answer, such as the name of a token's subject, would have been an answer.
    """
    mount = await mounted(aws, resolve_aws_unique_ids=False)
    await log_in(mount, login(KEYS, role="app"))
    aws.told = told
    with pytest.raises(UpstreamFailed, match="AWS"):
        await log_in(mount, login(KEYS, role="app"))


@pytest.mark.parametrize(
    "bound", [f"arn:aws:iam::{OURS}:role/team/*", f"arn:aws:iam::{OURS}:role/team/app", f"arn:aws:iam::{OURS}:*"]
)
async def test_cve_2025_11621_a_role_of_the_same_name_in_another_account_is_another(aws: StandIn, bound: str) -> None:
    """There a role was looked up by its name alone, in the server's own account, and what was found was kept by it.

    Here anybody could make a role of that name in an account of theirs, and log in as ours.
    """
    mount = await mounted(aws, bound)
    await log_in(mount, login(KEYS, role="app"))
    aws.told = caller(OTHERS, id_="AROATHEIRS")
    with pytest.raises(InvalidRequest, match="does not belong"):
        await log_in(mount, login(KEYS, role="app"))
    aws.told = caller(OURS)
    await log_in(mount, login(KEYS, role="app"))


async def test_cve_2020_16251_no_service_account_vouches_for_an_instance() -> None:
    """There a token about an instance could be signed by any service account, one of the attacker's own too.

    Here its claims would have named any instance of any project.
    """
    with google.running() as stand_in:
        mount = await Mounted.new(Gcp())
        mount.plugin.google = Google(clock=mount.clock.now)  # type: ignore[attr-defined]
        await mount.ask(WRITE, "config", stand_in.config)
        await mount.ask(WRITE, "role/vm", {"type": "gce", "bound_projects": google.PROJECT})
        now = mount.clock.now()
        await log_in(mount, {"role": "vm", "jwt": stand_in.of_instance(now, "vm")})
        stand_in.google = stand_in.account
        forged = [
            stand_in.of_instance(now, "vm"),
            stand_in.of_instance(now, "vm", sub=stand_in.email),
            stand_in.of_instance(now, "vm", iss=stand_in.email, sub=stand_in.email, email=stand_in.email),
        ]
        for jwt in forged:
            with pytest.raises(InvalidRequest, match="no Google OAuth2 provider key"):
                await log_in(mount, {"role": "vm", "jwt": jwt})


GROUP = {"subscription_id": azure.SUBSCRIPTION, "resource_group_name": "group-1"}
ELSEWHERE = {"xms_mirid": azure.IDENTITY, "xms_az_rid": azure.VM.replace("vm-1", "vm-elsewhere")}
Changes = dict[str, Any]


@pytest.mark.parametrize(
    ("named", "claims"),
    [
        ({"vm_name": "vm-1"}, {"xms_mirid": azure.IDENTITY}),
        ({"vm_name": "vm-1"}, {"xms_mirid": None}),
        ({"vm_name": "vm-1"}, ELSEWHERE),
        ({"vm_name": "vm-1"}, {"xms_mirid": azure.VM.replace("vm-1", "vm-10")}),
        ({"vmss_name": "set-1"}, ELSEWHERE),
        ({"resource_id": azure.VM}, ELSEWHERE),
        ({"resource_id": azure.FUNCTION}, ELSEWHERE),
        ({"resource_id": azure.VM.replace("group-1", "group-2")}, {}),
        ({}, ELSEWHERE),
    ],
    ids=range(9),
)
async def test_cve_2025_3879_a_machine_is_where_its_token_says(named: Changes, claims: Changes) -> None:
    """There the names that a login gave weren't compared with the token's claims, so the location was any machine's.

    Here a machine elsewhere that has an identity in common with one at the right place would get in.
    """
    with azure.running() as stand_in:
        mount = await Mounted.new(Azure(environment={}))
        await mount.ask(WRITE, "config", stand_in.config)
        role = {"bound_service_principal_ids": azure.OBJECT, "bound_locations": "westeurope"}
        await mount.ask(WRITE, "role/vm", role)
        now = mount.clock.now()
        await log_in(mount, {"role": "vm", "jwt": stand_in.token(now), **GROUP, "vm_name": "vm-1"})
        jwt = stand_in.token(now, **claims)
        with pytest.raises(InvalidRequest, match=r"isn't of|can't be proved|does not match|location is empty"):
            await log_in(mount, {"role": "vm", "jwt": jwt, **GROUP, **named})
