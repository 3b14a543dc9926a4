"""Principals of IAM log in by a signed request to STS."""

from __future__ import annotations

import pytest

from strongroom.lib.errors import InvalidRequest, PermissionDenied, UpstreamFailed
from strongroom.sdk import Operation
from tests.flow.auth.aws.mounts import READ, WRITE, log_in, mounted, role, session, user
from tests.sim.aws.moto import ACCOUNT, Moto
from tests.sim.aws.signed import login, presigned


async def test_a_user_logs_in(moto: Moto) -> None:
    """The token has the role's settings; the entity is known by the role's id; what is told is the default."""
    mount = await mounted(moto)
    arn, keys = user(moto, "web")
    await mount.ask(WRITE, "role/Web", {"bound_iam_principal_arn": arn, "token_policies": "p", "token_ttl": "10m"})
    shown = await mount.data(READ, "role/web")
    for fields in (login(keys), login(keys, role="WEB")):
        auth = await log_in(mount, fields)
        assert (auth.display_name, auth.alias) == ("web", shown["role_id"])
        assert auth.metadata == {"account_id": ACCOUNT, "auth_type": "iam", "role_id": shown["role_id"]}
        assert auth.alias_metadata == {"account_id": ACCOUNT, "auth_type": "iam"}
        assert (auth.token.policies, auth.token.ttl_s) == (("p",), 600)
        assert (await mount.renew(auth)).token.ttl_s == 600


async def test_a_session_of_a_role_logs_in(moto: Moto) -> None:
    """A role is bound with its path; its session doesn't tell it."""
    mount = await mounted(moto)
    arn = role(moto, "app", "/team/")
    await mount.ask(WRITE, "role/app", {"bound_iam_principal_arn": arn})
    assert (await log_in(mount, login(session(moto, arn)))).display_name == "app"


async def test_a_recreated_role_is_another_one(moto: Moto) -> None:
    """Reading shows pairs of ARN and id; who has the same ARN and another id is told so, until it is bound again."""
    mount = await mounted(moto)
    arn = role(moto, "app")
    await mount.ask(WRITE, "role/app", {"bound_iam_principal_arn": arn})
    (before,) = (await mount.data(READ, "role/app"))["bound_iam_principals"]
    token = await log_in(mount, login(session(moto, arn)))
    moto.client("iam").delete_role(RoleName="app")
    role(moto, "app")
    with pytest.raises(InvalidRequest, match=r"ARN matches, unique id changed: role recreated\? Bound is AROA"):
        await log_in(mount, login(session(moto, arn)))
    await mount.ask(WRITE, "role/app", {"bound_iam_principal_arn": arn})
    (after,) = (await mount.data(READ, "role/app"))["bound_iam_principals"]
    assert (before["arn"], after["arn"]) == (arn, arn)
    assert before["unique_id"] != after["unique_id"]
    await log_in(mount, login(session(moto, arn)))
    with pytest.raises(InvalidRequest, match="unique id changed"):
        await mount.renew(token)


async def test_unbound_principals(moto: Moto) -> None:
    """Neither another user, nor one without a role of that name, nor one of another address gets in."""
    mount = await mounted(moto)
    arn, keys = user(moto, "web")
    _, others = user(moto, "other")
    await mount.ask(WRITE, "role/web", {"bound_iam_principal_arn": arn, "token_bound_cidrs": "10.0.0.0/8"})
    await log_in(mount, login(keys), "10.0.0.1")
    with pytest.raises(InvalidRequest, match='user/other" does not belong to the role "web"'):
        await log_in(mount, login(others, role="web"), "10.0.0.1")
    with pytest.raises(InvalidRequest, match='entry for role "other" not found'):
        await log_in(mount, login(others), "10.0.0.1")
    with pytest.raises(InvalidRequest, match='entry for role "a,b" not found'):
        await log_in(mount, login(keys, role="a,b"), "10.0.0.1")
    with pytest.raises(PermissionDenied):
        await log_in(mount, login(keys), "11.0.0.1")


@pytest.mark.parametrize(
    ("ending", "enters"),
    [
        (":*", True),
        (":role/*", True),
        (":role/team/*", True),
        (":role/team/a*", True),
        (":role/other/*", False),
        (":role/app*", False),
        (":user/*", False),
    ],
)
async def test_wildcards(moto: Moto, ending: str, enters: bool) -> None:
    """A wildcard binds by the beginning of the whole ARN, with the path that a session's ARN doesn't tell."""
    mount = await mounted(moto)
    arn = role(moto, "app", "/team/")
    await mount.ask(WRITE, "role/app", {"bound_iam_principal_arn": f"arn:aws:iam::{ACCOUNT}{ending}"})
    if enters:
        await log_in(mount, login(session(moto, arn)))
    else:
        with pytest.raises(InvalidRequest, match="does not belong"):
            await log_in(mount, login(session(moto, arn)))


async def test_only_sts_says_who_somebody_is(moto: Moto) -> None:
    """AWS's refusal of a signature is told with its code, and nobody gets in by it."""
    mount = await mounted(moto)
    arn, keys = user(moto, "web")
    await mount.ask(WRITE, "role/web", {"bound_iam_principal_arn": arn})
    moto.check_signatures(0)
    try:
        with pytest.raises(InvalidRequest, match="AWS STS refused the signed request: SignatureDoesNotMatch"):
            await log_in(mount, login((keys[0], "wrong", None)))
        with pytest.raises(InvalidRequest, match="AWS STS refused the signed request: InvalidClientTokenId"):
            await log_in(mount, login(("AKIANOBODY", "wrong", None)))
        assert (await log_in(mount, login(keys))).display_name == "web"
    finally:
        moto.check_signatures(10**9)


async def test_only_an_answer_of_sts_counts(moto: Moto) -> None:
    """The stand-in takes a presigned request for one to S3, and lists buckets: that says nothing of who asks."""
    mount = await mounted(moto)
    _, keys = user(moto, "web")
    with pytest.raises(UpstreamFailed, match="AWS STS gave no usable answer"):
        await log_in(mount, presigned(keys))


async def test_server_ids(moto: Moto) -> None:
    """A request that was signed for another server, or for none, is refused."""
    mount = await mounted(moto, iam_server_id_header_value="here")
    arn, keys = user(moto, "web")
    await mount.ask(WRITE, "role/web", {"bound_iam_principal_arn": arn})
    name = "X-Vault-AWS-IAM-Server-ID"
    await log_in(mount, login(keys, headers={name: "here"}))
    for fields, text in (
        (login(keys), "missing header"),
        (login(keys, headers={name: "there"}), "names another server"),
        (login(keys, after={name: "here"}), "signature doesn't cover it"),
    ):
        with pytest.raises(InvalidRequest, match=text):
            await log_in(mount, fields)


async def test_renewals_ask_the_role_again(moto: Moto) -> None:
    """A token isn't renewed once its role is gone, was made anew, binds others or has other policies."""
    mount = await mounted(moto)
    arn, keys = user(moto, "web")
    other, _ = user(moto, "other")
    settings = {"bound_iam_principal_arn": arn, "token_policies": "p"}
    await mount.ask(WRITE, "role/web", settings)
    auth = await log_in(mount, login(keys))
    for change, text in (
        ({"bound_iam_principal_arn": other}, "does not belong"),
        ({"bound_iam_principal_arn": arn, "token_policies": "q"}, "policies have changed"),
    ):
        await mount.ask(WRITE, "role/web", change)
        with pytest.raises(InvalidRequest, match=text):
            await mount.renew(auth)
    await mount.ask(Operation.DELETE, "role/web")
    with pytest.raises(InvalidRequest, match="no longer exists"):
        await mount.renew(auth)
    await mount.ask(WRITE, "role/web", settings)
    with pytest.raises(InvalidRequest, match="no longer exists"):
        await mount.renew(auth)


async def test_another_region_is_told(moto: Moto) -> None:
    """A signature is good in one region only, and AWS says nothing but that it is wrong."""
    mount = await mounted(moto, sts_region="eu-west-1")
    arn, keys = user(moto, "abroad")
    await mount.ask(WRITE, "role/abroad", {"bound_iam_principal_arn": arn})
    moto.check_signatures(0)
    try:
        with pytest.raises(
            InvalidRequest, match=r"SignatureDoesNotMatch\. It is signed for the region us-east-1, and"
        ) as e:
            await log_in(mount, login((keys[0], "wrong", None)))
        assert (
            "asks STS in eu-west-1: sign for that one, or set sts_region or use_sts_region_from_client" in e.value.text
        )
    finally:
        moto.check_signatures(10**9)


async def test_a_principal_whose_name_is_no_role_s(moto: Moto) -> None:
    """Who names no role has that of their own name; what can't be one is a role that isn't there."""
    mount = await mounted(moto)
    _, keys = user(moto, "ann@example.com")
    for fields in (login(keys), login(keys, role="web ")):
        with pytest.raises(InvalidRequest, match="entry for role"):
            await log_in(mount, fields)
