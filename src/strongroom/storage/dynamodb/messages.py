"""What DynamoDB answers (pure).  Bytes are in base64.

Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/Welcome.html
"""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from strongroom.lib.errors import StorageError

T = TypeVar("T")


class Attribute(
    msgspec.Struct, frozen=True, gc=False, omit_defaults=True, rename={"binary": "B", "number": "N", "text": "S"}
):
    """A value of an item, of one of three types."""

    binary: bytes | None = None
    number: str = ""
    text: str = ""


Item = dict[str, Attribute]


class Got(msgspec.Struct, frozen=True, rename="pascal"):
    """The answer of `GetItem`, and each of `TransactGetItems`."""

    item: Item | None = None


class GotAll(msgspec.Struct, frozen=True, rename="pascal"):
    """The answer of `TransactGetItems`, in the order of the request."""

    responses: list[Got] = []


class GotBatch(msgspec.Struct, frozen=True, rename="pascal"):
    """The answer of `BatchGetItem`, in no order."""

    responses: dict[str, list[Item]] = {}
    unprocessed_keys: dict[str, Any] = {}
    """What has to be asked again: there was too much, or too little capacity."""


class Queried(msgspec.Struct, frozen=True, rename="pascal"):
    """The answer of `Query`: at most a megabyte."""

    items: list[Item] = []
    last_evaluated_key: Item | None = None
    """Where the next page begins; None after the last."""


class Done(msgspec.Struct, frozen=True):
    """The answer of a write."""


class KeyPart(msgspec.Struct, frozen=True, rename="pascal"):
    """An attribute of a table's key."""

    attribute_name: str
    key_type: str


class Defined(msgspec.Struct, frozen=True, rename="pascal"):
    """The type of an attribute."""

    attribute_name: str
    attribute_type: str


class Billing(msgspec.Struct, frozen=True, rename="pascal"):
    """How a table is paid."""

    billing_mode: str = ""


class Throughput(msgspec.Struct, frozen=True, rename="pascal"):
    """What is reserved for a table: units in a second."""

    read_capacity_units: int = 0
    write_capacity_units: int = 0


class Table(msgspec.Struct, frozen=True, rename="pascal"):
    """A table."""

    table_status: str = ""
    key_schema: list[KeyPart] = []
    attribute_definitions: list[Defined] = []
    item_count: int = 0
    """As of some hours ago."""
    table_size_bytes: int = 0
    billing_mode_summary: Billing = Billing()
    provisioned_throughput: Throughput = Throughput()
    deletion_protection_enabled: bool = False
    replicas: list[dict[str, Any]] = []

    @property
    def reserved(self) -> bool:
        """Whether its capacity is reserved, and not paid by the request."""
        return self.billing_mode_summary.billing_mode != "PAY_PER_REQUEST" and bool(
            self.provisioned_throughput.write_capacity_units
        )


class Described(msgspec.Struct, frozen=True, rename="pascal"):
    """The answer of `DescribeTable`."""

    table: Table = Table()


class Reason(msgspec.Struct, frozen=True, rename="pascal"):
    """Why one item of a transaction was refused; `None` for one that wasn't."""

    code: str = "None"
    message: str | None = None


class Failure(msgspec.Struct, frozen=True):
    """An error."""

    type: str = msgspec.field(default="", name="__type")
    lower_message: str = msgspec.field(default="", name="message")
    upper_message: str = msgspec.field(default="", name="Message")
    reasons: list[Reason] = msgspec.field(default=[], name="CancellationReasons")

    @property
    def code(self) -> str:
        """AWS's name of the error, as `ThrottlingException`."""
        return self.type.rpartition("#")[2]

    @property
    def codes(self) -> list[str]:
        """The error's name; of a canceled transaction those of all reasons, if there are any."""
        reasons = sorted({reason.code for reason in self.reasons} - {"None"})
        return reasons or ([self.code] if self.code else [])

    @property
    def message(self) -> str:
        """AWS's explanation."""
        return self.lower_message or self.upper_message


_encoder = msgspec.json.Encoder()


def encode(message: Any) -> bytes:
    """A request's body."""
    return _encoder.encode(message)


def decode(body: bytes, form: type[T]) -> T:
    """An answer.  Raises `StorageError`."""
    try:
        return msgspec.json.decode(body, type=form)
    except msgspec.MsgspecError as error:
        raise StorageError("the store failed", detail=f"DynamoDB gave no usable answer: {len(body)} bytes") from error
