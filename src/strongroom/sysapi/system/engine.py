"""`sys/`: every group of paths is a mixin in a file of its own."""

from __future__ import annotations

from strongroom.sysapi.system.paths.absent import AbsentPaths
from strongroom.sysapi.system.paths.audit import AuditPaths, AuditSearchPaths
from strongroom.sysapi.system.paths.auth import AuthPaths
from strongroom.sysapi.system.paths.batch import BatchPaths
from strongroom.sysapi.system.paths.browsers import BrowserPaths
from strongroom.sysapi.system.paths.capabilities import CapabilitiesPaths
from strongroom.sysapi.system.paths.control_group import ControlGroupPaths
from strongroom.sysapi.system.paths.events import EventPaths, EventsConfigPaths
from strongroom.sysapi.system.paths.explain import ExplainPaths
from strongroom.sysapi.system.paths.interface import HeaderPaths, LoginPaths, MessagePaths
from strongroom.sysapi.system.paths.introspection import IntrospectionPaths
from strongroom.sysapi.system.paths.lease_search import LeaseSearchPaths
from strongroom.sysapi.system.paths.leases import LeasePaths
from strongroom.sysapi.system.paths.loggers import LoggersPaths
from strongroom.sysapi.system.paths.metrics import MetricsPaths
from strongroom.sysapi.system.paths.mfa import MfaPaths
from strongroom.sysapi.system.paths.mount_lock import MountLockPaths
from strongroom.sysapi.system.paths.mounts import MountPaths
from strongroom.sysapi.system.paths.namespaces import NamespaceLockPaths, NamespacePaths, NamespaceSealPaths
from strongroom.sysapi.system.paths.node import NodePaths
from strongroom.sysapi.system.paths.passwords import PasswordPaths
from strongroom.sysapi.system.paths.plugins import PluginPaths, PluginSurroundingPaths
from strongroom.sysapi.system.paths.policies import PolicyPaths
from strongroom.sysapi.system.paths.profiles import ProfilePaths
from strongroom.sysapi.system.paths.quotas import LeaseCountPaths, QuotaSettingsPaths, RateLimitPaths
from strongroom.sysapi.system.paths.raw import RawPaths
from strongroom.sysapi.system.paths.recovery import RecoveryPaths
from strongroom.sysapi.system.paths.region import RegionPaths
from strongroom.sysapi.system.paths.rekey import RekeyPaths, RootRotationPaths
from strongroom.sysapi.system.paths.remount import RemountPaths
from strongroom.sysapi.system.paths.replication import ReplicationPaths
from strongroom.sysapi.system.paths.root_token import RootTokenPaths
from strongroom.sysapi.system.paths.seal import SealPaths
from strongroom.sysapi.system.paths.search import SearchPaths
from strongroom.sysapi.system.paths.simulate import SimulatePaths
from strongroom.sysapi.system.paths.snapshots import (
    LoadPaths,
    RaftSnapshotPaths,
    RestorePaths,
    SchedulePaths,
    TakenPaths,
)
from strongroom.sysapi.system.paths.specs import SpecPaths
from strongroom.sysapi.system.paths.state import StatePaths
from strongroom.sysapi.system.paths.tools import ToolPaths
from strongroom.sysapi.system.paths.tune import TunePaths
from strongroom.sysapi.system.paths.ui import UiPaths
from strongroom.sysapi.system.paths.usage import ActivityPaths, ExportPaths, UsageSettingPaths
from strongroom.sysapi.system.paths.webhooks import WebhookPaths
from strongroom.sysapi.system.paths.well_known import WellKnownPaths
from strongroom.sysapi.system.paths.who_can import WhoCanPaths
from strongroom.sysapi.system.paths.withdrawals import WithdrawalPaths
from strongroom.sysapi.system.paths.wrapping import WrappingPaths
from strongroom.sysapi.system.synonyms import SYNONYMS


class System(
    # Before the paths of mounting, whose patterns cover those of tuning.
    TunePaths,
    MountPaths,
    AuthPaths,
    RemountPaths,
    PolicyPaths,
    ExplainPaths,
    WhoCanPaths,
    SimulatePaths,
    PasswordPaths,
    AuditPaths,
    AuditSearchPaths,
    PluginPaths,
    PluginSurroundingPaths,
    AbsentPaths,
    WellKnownPaths,
    BrowserPaths,
    # Before the paths of namespaces, whose patterns cover those of seals.
    NamespaceLockPaths,
    NamespaceSealPaths,
    NamespacePaths,
    StatePaths,
    LoggersPaths,
    RawPaths,
    RaftSnapshotPaths,
    RestorePaths,
    LoadPaths,
    SchedulePaths,
    TakenPaths,
    ProfilePaths,
    IntrospectionPaths,
    ActivityPaths,
    ExportPaths,
    UsageSettingPaths,
    NodePaths,
    MetricsPaths,
    SpecPaths,
    ToolPaths,
    UiPaths,
    HeaderPaths,
    MessagePaths,
    LoginPaths,
    SealPaths,
    RegionPaths,
    ReplicationPaths,
    RekeyPaths,
    RootRotationPaths,
    RootTokenPaths,
    RecoveryPaths,
    CapabilitiesPaths,
    LeasePaths,
    LeaseSearchPaths,
    BatchPaths,
    SearchPaths,
    MountLockPaths,
    WithdrawalPaths,
    WrappingPaths,
    ControlGroupPaths,
    MfaPaths,
    EventPaths,
    EventsConfigPaths,
    QuotaSettingsPaths,
    RateLimitPaths,
    WebhookPaths,
    LeaseCountPaths,
):
    """The system mount."""

    type = "system"
    synonyms = SYNONYMS
    # Tokens, key shares, what unmasks a root token, keys of logs, passwords that were just made, and what requests hold
    # that wait for approval.
    secret_answers = frozenset(
        {
            "token",
            "unlock_key",
            "encoded_token",
            "encoded_root_token",
            "otp",
            "keys",
            "keys_base64",
            "key_shares",
            "devices",
            "password",
            "request_data",
            "generated_secret",
        }
    )
    # These paths have no subpaths, but a client may still put a secret there.
    secret_paths = (
        *(f"wrapping/{verb}/{{token*}}" for verb in ("lookup", "unwrap", "rewrap")),
        "capabilities/{token*}",
        "capabilities-self/{token*}",
        "capabilities-accessor/{accessor*}",
        "decode-token/{encoded_token*}",
        "unseal/{key*}",
        *(
            f"{verb}/update/{{key*}}"
            for verb in ("rekey", "rekey-recovery-key", "generate-root", "generate-root-token")
        ),
        "rekey/verify/{key*}",
    )
