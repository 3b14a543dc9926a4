"""Instances log in by their identity documents, and principals that are inferred to be instances."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from strongroom.barrier.transaction import Transaction, transact
from strongroom.lib.errors import InvalidRequest, NotFound, PermissionDenied
from strongroom.sdk import Operation
from tests.flow.auth.aws.mounts import READ, WRITE, log_in, mounted, role, session
from tests.flow.harness import Mounted
from tests.sim.aws.documents import as_pkcs7, document, signature
from tests.sim.aws.moto import ACCOUNT, REGION, Moto
from tests.sim.aws.signed import b64, login
from tests.sim.issuer import Issuer

AWS, STRANGER = Issuer("aws"), Issuer("stranger")
PROFILE = f"arn:aws:iam::{ACCOUNT}:instance-profile/profile"
AMI = "ami-12c6146b"


def instance(moto: Moto, tags: dict[str, str] | None = None) -> dict[str, Any]:
    """A running instance with the role `app`, and its profile."""
    iam, ec2 = moto.client("iam"), moto.client("ec2")
    role(moto, "app")
    iam.create_instance_profile(InstanceProfileName="profile")
    iam.add_role_to_instance_profile(InstanceProfileName="profile", RoleName="app")
    (found,) = ec2.run_instances(ImageId=AMI, MinCount=1, MaxCount=1, IamInstanceProfile={"Name": "profile"})[
        "Instances"
    ]
    tag(moto, found["InstanceId"], tags or {})
    return found  # type: ignore[no-any-return]


def tag(moto: Moto, id_: str, tags: dict[str, str]) -> None:
    """Tag an instance."""
    if tags:
        moto.client("ec2").create_tags(Resources=[id_], Tags=[{"Key": k, "Value": v} for k, v in tags.items()])


async def registered(moto: Moto, **fields: Any) -> Mounted:
    """A mount that knows the certificate, with a role."""
    mount = await mounted(moto)
    for name in ("pkcs7", "identity"):
        data = {"aws_public_cert": b64(AWS.certificate_pem), "type": name}
        await mount.ask(WRITE, f"config/certificate/{name}", data)
    if fields:
        await mount.ask(WRITE, "role/r", {"auth_type": "ec2", **fields})
    return mount


def shown(id_: str, role: str = "r", nonce: str | None = None, signer: Issuer = AWS, **changes: Any) -> dict[str, Any]:
    """The fields of a login by PKCS #7."""
    given: dict[str, Any] = {"role": role, "pkcs7": as_pkcs7(document(id_, **changes), signer)}
    return given if nonce is None else {**given, "nonce": nonce}


async def test_an_instance_logs_in(moto: Moto) -> None:
    """The first login gets a nonce, by which the next ones are the same instance's."""
    id_ = instance(moto)["InstanceId"]
    mount = await registered(moto, bound_ami_id=AMI, token_policies="p", token_ttl="10m")
    await mount.ask(WRITE, "config/identity", {"ec2_alias": "instance_id", "ec2_metadata": "instance_id,region"})
    auth = await log_in(mount, shown(id_))
    assert (auth.alias, auth.display_name) == (id_, id_)
    nonce = auth.metadata["nonce"]
    facts = {"instance_id": id_, "region": REGION}
    assert auth.metadata == {"role": "r", "role_tag_max_ttl": "0s", "nonce": nonce, **facts}
    assert auth.alias_metadata == facts
    assert (auth.token.policies, auth.token.ttl_s) == (("p",), 600)
    assert (await mount.renew(auth)).token.ttl_s == 600
    assert "nonce" not in (await log_in(mount, shown(id_, nonce=nonce))).metadata
    entry = await mount.data(READ, f"identity-whitelist/{id_}")
    assert (entry["role"], entry["client_nonce"], entry["pending_time"]) == ("r", nonce, "2026-01-01T00:00:00Z")
    for wrong in ("other", None):
        with pytest.raises(InvalidRequest, match="client nonce mismatch"):
            await log_in(mount, shown(id_, nonce=wrong))
    assert await mount.data(Operation.LIST, "identity-accesslist") == {"keys": [id_]}
    await mount.ask(Operation.DELETE, f"identity-accesslist/{id_}")
    await log_in(mount, shown(id_, nonce="chosen"))
    await log_in(mount, shown(id_, nonce="chosen"))
    moto.client("ec2").stop_instances(InstanceIds=[id_])
    with pytest.raises(InvalidRequest, match='not in "running" state'):
        await mount.renew(auth)


async def test_documents_and_detached_signatures(moto: Moto) -> None:
    """A document with its signature is as good; the role's name is the image's if none is given."""
    id_ = instance(moto)["InstanceId"]
    mount = await registered(moto)
    await mount.ask(WRITE, f"role/{AMI}", {"auth_type": "ec2", "bound_account_id": ACCOUNT})
    content = document(id_)
    await log_in(mount, {"identity": b64(content), "signature": signature(content, AWS)})
    for fields, text in (
        ({"identity": b64(content), "signature": signature(content, STRANGER)}, "unsuccessful"),
        ({"identity": b64(content + b" "), "signature": signature(content, AWS)}, "unsuccessful"),
        ({"identity": b64(content)}, "missing identity or signature"),
        ({"identity": "!", "signature": "!"}, "base64"),
        (shown(id_, signer=STRANGER), "failed to verify the PKCS#7 signature"),
        ({"pkcs7": "eA=="}, "failed to verify the PKCS#7 signature"),
        ({"pkcs7": "eA==", **login(("a", "b", None))}, "both ec2 and iam"),
        ({}, "didn't supply required"),
        (shown(id_, instanceId="../x"), "no usable instanceId"),
        (shown(id_, region="evil.example.com/"), "isn't the name of an AWS region"),
        (shown(id_, pendingTime="yesterday"), "no usable pendingTime"),
        (shown("i-00000000000000000", role=AMI), "AWS has no instance"),
        (shown(id_, role=AMI, accountId="210987654321"), "belongs to another account"),
        (shown(id_, role="none"), "not found"),
        (shown(id_, role="none", imageId="ami-00000000"), 'entry for role "none"'),
    ):
        with pytest.raises(InvalidRequest, match=text):
            await log_in(mount, fields)
    await mount.ask(Operation.DELETE, "config/certificate/pkcs7")
    with pytest.raises(InvalidRequest, match='no certificate of the type "pkcs7"'):
        await log_in(mount, shown(id_))


FIELDS = [
    ({"bound_ami_id": AMI}, ""),
    ({"bound_ami_id": "ami-0"}, "bound_ami_id"),
    ({"bound_account_id": ACCOUNT}, ""),
    ({"bound_account_id": "210987654321"}, "bound_account_id"),
    ({"bound_ec2_instance_id": "i-0"}, "bound_ec2_instance_id"),
    ({"bound_vpc_id": "vpc-0"}, "bound_vpc_id"),
    ({"bound_subnet_id": "subnet-0"}, "bound_subnet_id"),
    ({"bound_iam_instance_profile_arn": PROFILE}, ""),
    ({"bound_iam_instance_profile_arn": PROFILE[:-3] + "*"}, ""),
    ({"bound_iam_instance_profile_arn": PROFILE[:-3]}, "bound_iam_instance_profile_arn"),
    ({"bound_iam_role_arn": f"arn:aws:iam::{ACCOUNT}:role/app"}, ""),
    ({"bound_iam_role_arn": f"arn:aws:iam::{ACCOUNT}:role/*"}, ""),
    ({"bound_iam_role_arn": f"arn:aws:iam::{ACCOUNT}:role/ap"}, "bound_iam_role_arn"),
]


@pytest.mark.parametrize(
    ("fields", "text"), [*FIELDS, ({"bound_region": REGION}, ""), ({"bound_region": "eu-west-1"}, "bound_region")]
)
async def test_which_instances_get_in(moto: Moto, fields: dict[str, str], text: str) -> None:
    """Each constraint alone decides, beside one that is met."""
    id_ = instance(moto)["InstanceId"]
    mount = await registered(moto, **{"bound_ami_id": AMI, **fields})
    if not text:
        await mount.renew(await log_in(mount, shown(id_)))
    else:
        with pytest.raises(InvalidRequest, match=text):
            await log_in(mount, shown(id_))


@pytest.mark.parametrize(("fields", "text"), FIELDS)
async def test_which_inferred_instances_get_in(moto: Moto, fields: dict[str, str], text: str) -> None:
    """The same constraints decide over a principal whose session is an instance's."""
    id_ = instance(moto)["InstanceId"]
    mount = await mounted(moto)
    arn = f"arn:aws:iam::{ACCOUNT}:role/app"
    inference = {"inferred_entity_type": "ec2_instance", "inferred_aws_region": REGION}
    await mount.ask(WRITE, "role/r", {"bound_iam_principal_arn": arn, **inference, **fields})
    await mount.ask(WRITE, "config/identity", {"iam_metadata": "inferred_entity_id,inferred_entity_type"})
    keys = session(moto, arn, id_)
    if not text:
        auth = await log_in(mount, login(keys, role="r"))
        assert auth.alias_metadata == {"inferred_entity_id": id_, "inferred_entity_type": "ec2_instance"}
        await mount.renew(auth)
    else:
        with pytest.raises(InvalidRequest, match=text):
            await log_in(mount, login(keys, role="r"))


async def test_a_session_is_an_instance_only_with_its_role(moto: Moto) -> None:
    """Who may assume a role chooses the session's name; it isn't an instance's unless the instance has that role."""
    id_ = instance(moto)["InstanceId"]
    other = role(moto, "other")
    mount = await mounted(moto)
    inference = {"inferred_entity_type": "ec2_instance", "inferred_aws_region": REGION, "bound_ami_id": AMI}
    await mount.ask(WRITE, "role/r", {"bound_iam_principal_arn": f"arn:aws:iam::{ACCOUNT}:role/*", **inference})
    for keys, text in (
        (session(moto, other, id_), "doesn't have the role"),
        (session(moto, f"arn:aws:iam::{ACCOUNT}:role/app", "me"), "isn't named by an EC2 instance"),
        (session(moto, f"arn:aws:iam::{ACCOUNT}:role/app", "i-00000000000000000"), "AWS has no instance"),
    ):
        with pytest.raises(InvalidRequest, match=text):
            await log_in(mount, login(keys, role="r"))


async def test_reauthentication(moto: Moto) -> None:
    """An instance logs in again by its nonce, or because it was started anew if the role allows that, or not at all."""
    id_ = instance(moto)["InstanceId"]
    mount = await registered(moto, bound_ami_id=AMI, allow_instance_migration=True)
    await log_in(mount, shown(id_, nonce="n"))
    with pytest.raises(InvalidRequest, match="wasn't started anew"):
        await log_in(mount, shown(id_))
    await log_in(mount, shown(id_, nonce="m", pendingTime="2026-01-02T00:00:00Z"))
    with pytest.raises(InvalidRequest, match="older than that of an earlier login"):
        await log_in(mount, shown(id_, nonce="m"))
    await mount.ask(Operation.DELETE, f"identity-accesslist/{id_}")
    await log_in(mount, shown(id_, nonce=""))
    with pytest.raises(InvalidRequest, match="reauthentication is disabled"):
        await log_in(mount, shown(id_, nonce=""))
    await mount.ask(Operation.DELETE, f"identity-accesslist/{id_}")
    await mount.ask(WRITE, "role/r", {"allow_instance_migration": False, "disallow_reauthentication": True})
    await log_in(mount, shown(id_, nonce="n"))
    with pytest.raises(InvalidRequest, match="reauthentication is disabled"):
        await log_in(mount, shown(id_, nonce="n"))


async def test_role_tags(moto: Moto) -> None:
    """A tag narrows what an instance gets; one that was altered, denied or made for another doesn't count."""
    id_ = instance(moto)["InstanceId"]
    mount = await registered(moto, bound_ami_id=AMI, role_tag="vault", token_policies="a,b", token_max_ttl="10h")
    with pytest.raises(InvalidRequest, match='missing tag with key "vault"'):
        await log_in(mount, shown(id_, nonce="n"))
    made = await mount.data(WRITE, "role/r/tag", {"policies": "a", "max_ttl": "1h", "instance_id": id_})
    value = made["tag_value"]
    tag(moto, id_, {"vault": value})
    auth = await log_in(mount, shown(id_, nonce="n"))
    assert (auth.token.policies, auth.token.max_ttl_s) == (("a",), 3600)
    assert auth.metadata["role_tag_max_ttl"] == "3600s"
    assert (await mount.renew(auth)).token.max_ttl_s == 3600
    for changed, text in (
        (value.replace("p=a", "p=a,b"), "wasn't made of this role"),
        (value.replace("t=3600s", "t=36000s"), "wasn't made of this role"),
        ((await mount.data(WRITE, "role/r/tag", {"instance_id": "i-00000000"}))["tag_value"], "unauthorized instance"),
        ("v1:x", "invalid role tag"),
    ):
        tag(moto, id_, {"vault": changed})
        with pytest.raises(InvalidRequest, match=text):
            await log_in(mount, shown(id_, nonce="n"))
    tag(moto, id_, {"vault": value})
    path = "roletag-denylist/" + base64.b64encode(value.encode()).decode()
    await mount.ask(WRITE, path)
    assert await mount.data(Operation.LIST, "roletag-blacklist") == {"keys": [value]}
    assert "creation_time" in await mount.data(READ, f"roletag-blacklist/{value}")
    with pytest.raises(InvalidRequest, match="deny list"):
        await log_in(mount, shown(id_, nonce="n"))
    await mount.ask(Operation.DELETE, path)
    await log_in(mount, shown(id_, nonce="n"))
    await mount.ask(WRITE, "role/r", {"token_policies": "b"})
    with pytest.raises(InvalidRequest, match="must be subset"):
        await mount.renew(auth)
    for data, text in (
        ({"policies": "c"}, "must be subset"),
        ({"max_ttl": "11h"}, "longer than the role's"),
        ({"instance_id": "x"}, "isn't the id of an instance"),
        ({"disallow_reauthentication": True, "allow_instance_migration": True}, "cannot set both"),
    ):
        with pytest.raises(InvalidRequest, match=text):
            await mount.ask(WRITE, "role/r/tag", data)
    with pytest.raises(InvalidRequest, match="wasn't made"):
        await mount.ask(WRITE, f"roletag-denylist/{value[:-4]}AAA=")


async def test_bound_addresses(moto: Moto) -> None:
    """An instance from another address doesn't get in, and leaves no entry."""
    id_ = instance(moto)["InstanceId"]
    mount = await registered(moto, bound_ami_id=AMI, token_bound_cidrs="10.0.0.0/8")
    with pytest.raises(PermissionDenied):
        await log_in(mount, shown(id_), "11.0.0.1")
    with pytest.raises(NotFound):
        await mount.data(Operation.LIST, "identity-accesslist")
    await log_in(mount, shown(id_), "10.0.0.1")


async def test_clearing(moto: Moto) -> None:
    """Entries go once they have expired, and the buffer after that is over; by themselves unless that is disabled."""
    id_ = instance(moto)["InstanceId"]
    mount = await registered(moto, bound_ami_id=AMI, token_max_ttl="1h")

    async def due(**data: Any) -> None:
        async def work(txn: Transaction) -> None:
            request = mount.request(txn, WRITE, "", {}, "")
            await mount.engine.due(request, "tidy", {"list": "identity-accesslist", "after": "", **data})

        await transact(mount.barrier, work)

    await mount.ask(WRITE, "config/tidy/identity-whitelist", {"disable_periodic_tidy": True})
    assert await mount.data(READ, "config/tidy/identity-accesslist") == {
        "safety_buffer": 72 * 3600,
        "disable_periodic_tidy": True,
    }
    await log_in(mount, shown(id_))
    mount.clock.advance(3600 + 60)
    await due()
    await due(safety_buffer_s=120)
    assert await mount.data(Operation.LIST, "identity-accesslist") == {"keys": [id_]}
    await mount.ask(Operation.DELETE, "config/tidy/identity-accesslist")
    await due()
    assert await mount.data(Operation.LIST, "identity-accesslist") == {"keys": [id_]}
    mount.clock.advance(72 * 3600)
    await due()
    with pytest.raises(NotFound):
        await mount.data(Operation.LIST, "identity-accesslist")
    answer = await mount.ask(WRITE, "tidy/roletag-blacklist", {"safety_buffer": "1h"})
    assert answer is not None
    assert (answer.status, len(answer.warnings)) == (202, 1)
