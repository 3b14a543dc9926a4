"""What the parameters of paths mean, for help and OpenAPI."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

PATH_PARAMETERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "after": "The order that the last answer ended with.",
        "auth_id": "The id of an authorization.",
        "cert_id": "The certificate, as RFC 9773 writes it: its authority key identifier and its serial number.",
        "challenge_type": "`http-01`, `dns-01` or `tls-alpn-01`.",
        "exported": "What becomes of the key: `internal` keeps a new one here, `exported` shows a new one once, "
        "`existing` takes that of `key_ref`. `kms` is refused.",
        "issuer_ref": "An issuer: its id, its name, or `default`.",
        "key_id": "The id of an external account binding.",
        "key_ref": "A key: its id, its name, or `default`.",
        "keyid": "The id of an account.",
        "kid": "The id of an account.",
        "label": "A label of `label_to_path_policy` at `config/est`.",
        "name": "The name of a role.",
        "order_id": "The id of an order.",
        "partition": "The number of a list in its set.",
        "req": "The question, in base64.",
        "role": "The name of a role.",
        "serial": "A certificate's serial number: bytes with colons or hyphens.",
        "set": "The number of a set of lists; another count of `partitions` begins another set.",
    }
)
