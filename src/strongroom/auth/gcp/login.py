"""Logging in with a signed token.

Source: https://developer.hashicorp.com/vault/docs/auth/gcp#authentication
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict

import msgspec

from strongroom.auth.gcp.facts import OF_ACCOUNTS, OF_INSTANCES, facts, wanted
from strongroom.auth.gcp.google import Account, Google, Machine, Missing
from strongroom.auth.gcp.records import GCE, IAM, GcpConfig, GcpRole
from strongroom.auth.gcp.tokens import ALGORITHMS, InstanceClaims, Shown, account_of, judged
from strongroom.auth.gcp.who import check_account, check_binding, check_labels, check_place, region_of
from strongroom.crypto import public_keys
from strongroom.crypto.public_keys import PublicKey, Token
from strongroom.lib.errors import InvalidRequest, Tampered, UpstreamFailed
from strongroom.sdk import Auth, Request, token_fields


class Asker:
    """Asks Google for one request, outside its transaction.

    Args:
        config: how Google is reached.  Each result depends on it.
    """

    def __init__(self, google: Google, request: Request, config: GcpConfig) -> None:
        self._google = google
        self._request = request
        self.config = config
        self._digest = hashlib.sha256(msgspec.msgpack.encode(config)).hexdigest()

    def google_keys(self, kid: str) -> tuple[PublicKey, ...]:
        """The keys by which Google itself signs."""
        work = lambda: self._google.google_keys(self.config, kid)  # noqa: E731
        return self._request.once.outside(f"keys {kid} {self._digest}", work)

    def account_keys(self, account: str, kid: str) -> tuple[PublicKey, ...]:
        """The keys of a service account."""
        work = lambda: self._google.account_keys(self.config, account, kid)  # noqa: E731
        return self._request.once.outside(f"keys of {account} {kid} {self._digest}", work)

    def account(self, name: str) -> Account:
        """A service account."""
        work = lambda: self._google.account(self.config, name)  # noqa: E731
        return self._request.once.outside(f"account {name} {self._digest}", work)

    def machine(self, claims: InstanceClaims) -> Machine:
        """An instance."""
        work = lambda: self._google.machine(self.config, claims)  # noqa: E731
        return self._request.once.outside(f"machine {claims} {self._digest}", work)

    def ancestry(self, project: str) -> tuple[str, ...]:
        """A project and what is above it."""
        work = lambda: self._google.ancestry(self.config, project)  # noqa: E731
        return self._request.once.outside(f"ancestry {project} {self._digest}", work)

    def in_a_group(self, role: GcpRole, claims: InstanceClaims, link: str) -> bool:
        """Whether an instance is in one of the groups that a role binds."""
        places = [f"zones/{claims.zone}"]
        if not role.bound_zones:
            places.append(f"regions/{region_of(claims.zone)}")

        async def work() -> bool:
            for group in role.bound_instance_groups:
                for place in places:
                    try:
                        if await self._google.in_group(self.config, claims.project_id, place, group, link):
                            return True
                    except Missing:
                        continue
            return False

        return self._request.once.outside(f"groups {role.bound_instance_groups} {places} {link} {self._digest}", work)


def shown(asker: Asker, text: str, role: GcpRole, name: str, now: float) -> Shown:
    """Who a token is about.  Raises `InvalidRequest` if nobody whom the role trusts has signed it."""
    if not text:
        raise InvalidRequest("jwt argument is required")
    try:
        token = public_keys.parse(text)
        return _proved(asker, token, role, name, now)
    except Tampered as error:
        raise InvalidRequest(f"unable to verify signed JWT: {error.text or error}") from error


def _proved(asker: Asker, token: Token, role: GcpRole, name: str, now: float) -> Shown:
    if not token.kid:
        raise Tampered("its header has no kid")
    own = asker.google_keys(token.kid)
    if any(key.kid == token.kid for key in own):
        return judged(token.claims(own, ALGORITHMS), role, name, now, by_google=True)
    if role.type != IAM:
        # A service account could sign any claims about instances.
        raise Tampered("no Google OAuth2 provider key found for GCE role")
    account = account_of(token.unproved_claims())
    try:
        keys = asker.account_keys(account, token.kid)
    except UpstreamFailed as error:
        text = f'unable to get public key "{token.kid[:64]}" for JWT subject "{account}"'
        raise InvalidRequest(text, detail=f"{error.text} {error.detail}".strip()) from error
    return judged(token.claims(keys, ALGORITHMS), role, name, now, by_google=False)


def admitted(asker: Asker, role: GcpRole, who: Shown) -> tuple[Account, Machine | None]:
    """The service account, and the instance if a role is for instances.  Raises `InvalidRequest` if it isn't let in."""
    if role.type == IAM:
        account = asker.account(who.account)
        _check_same(account, who.account)
        check_account(role, account)
        return account, None
    claims = who.instance
    if role.type != GCE or claims is None:
        raise InvalidRequest("could not get GCE metadata from given JWT")
    check_place(role, claims.project_id, claims.zone)
    machine = asker.machine(claims)
    check_labels(role, machine.labels)
    if role.bound_instance_groups and not asker.in_a_group(role, claims, machine.link):
        raise InvalidRequest("instance is not part of an instance group that bound_instance_groups demands")
    account = asker.account(who.account)
    _check_same(account, who.account)
    check_binding(role, account)
    return account, machine


def _check_same(account: Account, name: str) -> None:
    if not account.unique_id or name not in {account.email, account.unique_id}:
        raise UpstreamFailed("Google gave no usable answer", detail="another service account")


def log_in(asker: Asker, request: Request, name: str, role: GcpRole, jwt: str) -> Auth:
    """The login of whom a token is about.  Raises `InvalidRequest` if the role doesn't let it in."""
    config, who = asker.config, shown(asker, jwt, role, name, request.now)
    account, machine = admitted(asker, role, who)
    # Only now: who isn't bound to the role isn't told from where it would be taken.
    token_fields.check_address(request.address, role.token.bound_cidrs, request.source)
    if machine is None:
        alias = account.unique_id if config.iam_alias == "unique_id" else role.role_id
        told = wanted(config.iam_metadata, OF_ACCOUNTS)
    else:
        alias = f"gce-{machine.id}" if config.gce_alias == "instance_id" else role.role_id
        told = wanted(config.gce_metadata, OF_INSTANCES)
    known = facts(name, account, who.instance if machine is not None else None)
    metadata = {field: known.get(field, "") for field in told}
    groups = None
    if role.add_group_aliases:
        project = account.project_id if machine is None or who.instance is None else who.instance.project_id
        groups = asker.ancestry(project)
    auth = token_fields.grant(role.token, alias=alias, metadata=metadata, internal=_kept(name, role, account, who))
    return msgspec.structs.replace(
        auth,
        display_name=account.email if machine is None else machine.name,
        alias_metadata=metadata,
        group_aliases=groups,
    )


def _kept(name: str, role: GcpRole, account: Account, who: Shown) -> dict[str, str]:
    kept = {"role": name, "role_id": role.role_id, "account": account.unique_id}
    if who.instance is not None:
        kept |= {f"instance.{key}": value for key, value in asdict(who.instance).items()}
    return kept


def renew(asker: Asker, role: GcpRole, name: str, internal: Mapping[str, str]) -> tuple[str, ...] | None:
    """The groups, if the role still lets in whom it let in.  Raises `InvalidRequest` if it doesn't."""
    parts = {key.removeprefix("instance."): value for key, value in internal.items() if key.startswith("instance.")}
    instance = InstanceClaims(**parts) if parts else None
    if role.type == IAM and instance is not None and not role.allow_gce_inference:
        raise InvalidRequest(f"GCE inference is no longer allowed for role {name}")
    account, _ = admitted(asker, role, Shown(internal.get("account", ""), instance))
    if not role.add_group_aliases:
        return None
    return asker.ancestry(instance.project_id if role.type == GCE and instance is not None else account.project_id)
