"""What an engine or auth method sees of Strongroom."""

from strongroom.barrier.barrier import SecretRecord
from strongroom.barrier.record import Part, Record
from strongroom.sdk import path
from strongroom.sdk.engine import AuthMethod, Engine, Waiting
from strongroom.sdk.fields import (
    SECRET,
    Body,
    CommaList,
    Doc,
    Duration,
    JsonMap,
    Normal,
    OldNameOf,
    StringMap,
)
from strongroom.sdk.near_miss import Keys
from strongroom.sdk.request import Client, Mount, Operation, Request
from strongroom.sdk.response import Auth, Lease, Made, RawBody, Response
from strongroom.sdk.view import View

__all__ = [
    "SECRET",
    "Auth",
    "AuthMethod",
    "Body",
    "Client",
    "CommaList",
    "Doc",
    "Duration",
    "Engine",
    "JsonMap",
    "Keys",
    "Lease",
    "Made",
    "Mount",
    "Normal",
    "OldNameOf",
    "Operation",
    "Part",
    "RawBody",
    "Record",
    "Request",
    "Response",
    "SecretRecord",
    "StringMap",
    "View",
    "Waiting",
    "path",
]
