"""The API for engines and auth methods.

A plugin imports only this package; its tests import `strongroom.testing` too.
"""

from msgspec.structs import replace

from strongroom.barrier.barrier import SecretRecord
from strongroom.barrier.record import Part, Record
from strongroom.lib.errors import (
    Internal,
    InvalidCredentials,
    InvalidRequest,
    NotFound,
    PermissionDenied,
    PreconditionFailed,
    RateLimited,
    StrongroomError,
    Unauthenticated,
    Unreachable,
    UnsupportedOperation,
    UnsupportedPath,
    UpstreamFailed,
)
from strongroom.lib.rand import Random, SystemRandom, base62, uuid4
from strongroom.sdk import path, token_fields
from strongroom.sdk.coercion import FieldError
from strongroom.sdk.delegates import Delegates
from strongroom.sdk.engine import AuthMethod, Engine, Waiting
from strongroom.sdk.fields import (
    SECRET,
    Body,
    CommaList,
    DeniedAs,
    Doc,
    Duration,
    GivenDuration,
    InPath,
    IntList,
    JsonMap,
    Normal,
    OldNameOf,
    OneOf,
    SignedDuration,
    StringMap,
    Usually,
)
from strongroom.sdk.hands_out import HandsOut
from strongroom.sdk.leases import HeldLease
from strongroom.sdk.listing import Page, listed
from strongroom.sdk.names import check_segment_name, is_segment_name
from strongroom.sdk.near_miss import Keys
from strongroom.sdk.numbers import Number
from strongroom.sdk.path import DeclarationError
from strongroom.sdk.request import Client, Mount, Operation, Request
from strongroom.sdk.response import Auth, Lease, Made, RawBody, Response
from strongroom.sdk.search import Searchable
from strongroom.sdk.token_fields import TokenFields
from strongroom.sdk.token_settings import TokenSettings
from strongroom.sdk.view import View

__all__ = [
    "SECRET",
    "Auth",
    "AuthMethod",
    "Body",
    "Client",
    "CommaList",
    "DeclarationError",
    "Delegates",
    "DeniedAs",
    "Doc",
    "Duration",
    "Engine",
    "FieldError",
    "GivenDuration",
    "HandsOut",
    "HeldLease",
    "InPath",
    "IntList",
    "Internal",
    "InvalidCredentials",
    "InvalidRequest",
    "JsonMap",
    "Keys",
    "Lease",
    "Made",
    "Mount",
    "Normal",
    "NotFound",
    "Number",
    "OldNameOf",
    "OneOf",
    "Operation",
    "Page",
    "Part",
    "PermissionDenied",
    "PreconditionFailed",
    "Random",
    "RateLimited",
    "RawBody",
    "Record",
    "Request",
    "Response",
    "Searchable",
    "SecretRecord",
    "SignedDuration",
    "StringMap",
    "StrongroomError",
    "SystemRandom",
    "TokenFields",
    "TokenSettings",
    "Unauthenticated",
    "Unreachable",
    "UnsupportedOperation",
    "UnsupportedPath",
    "UpstreamFailed",
    "Usually",
    "View",
    "Waiting",
    "base62",
    "check_segment_name",
    "is_segment_name",
    "listed",
    "path",
    "replace",
    "token_fields",
    "uuid4",
]
