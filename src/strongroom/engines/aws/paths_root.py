"""`config/root`: how AWS is reached, and by whose key.

Source: https://developer.hashicorp.com/vault/api-docs/secret/aws#configure-root-credentials
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from strongroom.engines.aws import root_key
from strongroom.engines.aws.calls import AwsCalls
from strongroom.engines.aws.records import ROOT, RootConfig
from strongroom.engines.aws.times import state, wake
from strongroom.engines.aws.usernames import USUAL, check_template
from strongroom.lib import limits
from strongroom.lib.aws import Credentials, check_region, url_of
from strongroom.lib.errors import InvalidRequest, NotFound
from strongroom.lib.outgoing import check_url
from strongroom.sdk import SECRET, CommaList, Doc, Duration, Request, Response, path
from strongroom.sdk.rotation import RotationFields, next_time, of_root, shown_of_root

_FEDERATION = (
    "{} isn't supported: this server doesn't issue workload identity tokens for secrets engines. Configure access_key "
    "and secret_key, or give the server's machine a role"
)
FORMER = "access_key and secret_key are ignored: config/rotate-root has replaced {}; the newer key stays in use"
NOT_TAKEN = "access_key and secret_key are ignored: AWS doesn't take them; the key of the last rotation stays in use"
LEFT = "the access key {}, which was rotated a moment ago, isn't deleted yet; delete it by hand"
ROTATE_ROOT = "rotate-root"
_NOT_SUPPORTED = ("role_arn", "identity_token_audience", "identity_token_ttl")
_MOST_FALLBACKS = 16


class RootFields(RotationFields, frozen=True):
    """What can be set; what isn't given stays."""

    access_key: Annotated[str | None, Doc(description="The access key of a user that may make others.")] = None
    secret_key: Annotated[str | None, Doc(description="Its secret.", extra=SECRET)] = None
    region: Annotated[
        str | None, Doc(description="The region. `AWS_REGION` of the server, or us-east-1, if empty.")
    ] = None
    iam_endpoint: Annotated[str | None, Doc(description="URL of IAM, instead of the usual one.")] = None
    sts_endpoint: Annotated[str | None, Doc(description="URL of STS, instead of the region's.")] = None
    sts_region: Annotated[str | None, Doc(description="The region of `sts_endpoint`, or whose STS is asked.")] = None
    sts_fallback_endpoints: Annotated[
        CommaList | None, Doc(description="URLs of STS that are asked in turn when one doesn't answer.")
    ] = None
    sts_fallback_regions: Annotated[CommaList | None, Doc(description="Their regions, as many.")] = None
    max_retries: Annotated[int | None, Doc(description="How often a failed call is repeated; -1 for twice.")] = None
    username_template: Annotated[
        str | None, Doc(description="How users and sessions are named. Empty for the usual template.")
    ] = None
    role_arn: Annotated[str | None, Doc(description="Not supported.")] = None
    identity_token_audience: Annotated[str | None, Doc(description="Not supported.")] = None
    identity_token_ttl: Annotated[Duration | None, Doc(description="Not supported.")] = None


_OWN = tuple(
    name for name in RootFields.__struct_fields__ if name not in {*_NOT_SUPPORTED, *RotationFields.__struct_fields__}
)


class RootPaths:
    """`config/root`"""

    calls: AwsCalls

    async def root_exists(self, request: Request) -> bool:
        """Whether it is configured."""
        return await request.view.read(ROOT, RootConfig) is not None

    @path.read("config/root")
    async def read_root(self, request: Request) -> Response:
        """Reads the configuration, without the secret key."""
        config = await request.view.read(ROOT, RootConfig)
        if config is None:
            raise NotFound
        return Response(data=_shown(config))

    @path.write("config/root", exists="root_exists")
    async def write_root(self, request: Request, body: RootFields) -> Response | None:
        """Changes how AWS is reached, and by whose key."""
        for name in _NOT_SUPPORTED:
            if getattr(body, name):
                raise InvalidRequest(_FEDERATION.format(name))
        given: dict[str, Any] = {}
        for name in _OWN:
            value = getattr(body, name)
            if value is not None:
                given[name] = tuple(value) if isinstance(value, list) else value
        before = await root_of(request)
        config = msgspec.structs.replace(before, **given, rotation=of_root(before.rotation, body))
        check(config)
        warnings = check_template(config.username_template, request.now) if given.get("username_template") else []
        if not _same_key(before, config):
            config, told = self._with_key(request, before, config)
            warnings += told
        if config.rotation != before.rotation:
            since = config.rotated_at or request.now
            config = msgspec.structs.replace(config, next_rotation_at=next_time(config.rotation, since, request.now))
            await wake(request, ROTATE_ROOT, config.next_rotation_at)
        request.view.write(ROOT, config)
        return Response(warnings=warnings) if warnings else None

    def _with_key(self, request: Request, before: RootConfig, config: RootConfig) -> tuple[RootConfig, list[str]]:
        """The configuration with the key that counts, and warnings.

        Tools write again what they were given once.  If that replaced a key that only this server knows, nobody would
        have it any more.
        """
        kept = msgspec.structs.replace(config, access_key=before.access_key, secret_key=before.secret_key)
        if config.access_key in before.former_keys:
            return kept, [FORMER.format(config.access_key)]
        key = Credentials(config.access_key, config.secret_key)
        if before.rotated_at and key.access_key:
            account = self.calls.account(config)
            if not request.once.outside(f"try {account.digest}", lambda: root_key.is_taken(account, key)):
                return kept, [NOT_TAKEN]
        left = [LEFT.format(before.old_access_key)] if before.old_access_key else []
        return msgspec.structs.replace(root_key.without_old(config), rotated_at=0.0), left


def _same_key(one: RootConfig, other: RootConfig) -> bool:
    return (one.access_key, one.secret_key) == (other.access_key, other.secret_key)


async def root_of(request: Request) -> RootConfig:
    """How AWS is reached; the defaults if nothing is configured."""
    return await request.view.read(ROOT, RootConfig) or RootConfig()


def check(config: RootConfig) -> None:
    """Raise `InvalidRequest` for a configuration that can't work."""
    if len(config.sts_fallback_endpoints) != len(config.sts_fallback_regions):
        raise InvalidRequest("fallback endpoints and fallback regions must be the same length")
    limits.check_names("sts_fallback_endpoints", config.sts_fallback_endpoints, _MOST_FALLBACKS)
    urls = [("iam_endpoint", config.iam_endpoint), ("sts_endpoint", config.sts_endpoint)]
    urls += [("sts_fallback_endpoints", url) for url in config.sts_fallback_endpoints]
    for name, url in urls:
        limits.check_name(name, url, 2048)
        if url or name == "sts_fallback_endpoints":
            check_url(url_of(url), name)
    regions = [("region", config.region), ("sts_region", config.sts_region)]
    regions += [("sts_fallback_regions", region) for region in config.sts_fallback_regions]
    for name, region in regions:
        if region or name == "sts_fallback_regions":
            check_region(region, name)
    for name in ("access_key", "secret_key"):
        limits.check_name(name, getattr(config, name), 1024)
    limits.check_name("username_template", config.username_template, 4096)
    if bool(config.access_key) != bool(config.secret_key):
        raise InvalidRequest("access_key and secret_key are of no use without each other")
    if config.rotation.automated and not config.access_key:
        raise InvalidRequest("there is no access_key to rotate")
    if config.max_retries < -1:
        raise InvalidRequest("max_retries must be -1 or more")


def _shown(config: RootConfig) -> dict[str, Any]:
    data = {name: getattr(config, name) for name in _OWN if name != "secret_key"}
    data = {name: list(value) if isinstance(value, tuple) else value for name, value in data.items()}
    data["username_template"] = config.username_template or USUAL
    unsupported = {"role_arn": "", "identity_token_audience": "", "identity_token_ttl": 0}
    told = state(config.rotated_at, config.next_rotation_at)
    return {**data, **unsupported, **shown_of_root(config.rotation), **told}
