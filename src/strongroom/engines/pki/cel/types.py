"""The types that programs construct, and the constants that they use (p).

Source: https://openbao.org/docs/secrets/pki/cel
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from strongroom.crypto.issuing.usages import EXT_KEY_USAGES, KEY_USAGES
from strongroom.lib.cel import MessageType
from strongroom.lib.cel.values import CelMap

NAME: Final = MessageType(
    "PKIX.Name",
    {
        "Country": "strings",
        "Organization": "strings",
        "OrganizationUnit": "strings",
        "Locality": "strings",
        "Province": "strings",
        "StreetAddress": "strings",
        "PostalCode": "strings",
        "SerialNumber": "string",
        "CommonName": "string",
    },
)
_EXTENSION: Final = MessageType("PKIX.Extension", {"Id": "ints", "Critical": "bool", "Value": "bytes"})
_IDENTIFIER: Final = MessageType("ObjectIdentifier", {"arc": "uints"})
_OID: Final = MessageType("OID", {"arc": "uints"})
_IP: Final = MessageType("net.IP", {"IP": "bytes"})
_MASK: Final = MessageType("net.IPMask", {"IPMask": "bytes"})
_NETWORK: Final = MessageType("net.IPNet", {"IP": _IP.name, "Mask": _MASK.name})
_URL: Final = MessageType(
    "url.URL",
    dict.fromkeys(("Scheme", "Opaque", "Host", "Path", "RawQuery", "Fragment"), "string"),
)
TEMPLATE: Final = MessageType(
    "CertTemplate",
    {
        "Version": "int",
        "Subject": NAME.name,
        "NotBefore": "timestamp",
        "NotAfter": "timestamp",
        "KeyUsage": "int",
        "ExtKeyUsage": "ints",
        "UnknownExtKeyUsage": f"{_IDENTIFIER.name}[]",
        "ExtraExtensions": f"{_EXTENSION.name}[]",
        "BasicConstraintsValid": "bool",
        "IsCA": "bool",
        "MaxPathLen": "int",
        "MaxPathLenZero": "bool",
        "SubjectKeyId": "bytes",
        "DNSNames": "strings",
        "EmailAddresses": "strings",
        "IPAddresses": f"{_IP.name}[]",
        "URIs": f"{_URL.name}[]",
        "PermittedDNSDomainsCritical": "bool",
        "PermittedDNSDomains": "strings",
        "ExcludedDNSDomains": "strings",
        "PermittedIPRanges": f"{_NETWORK.name}[]",
        "ExcludedIPRanges": f"{_NETWORK.name}[]",
        "PermittedEmailAddresses": "strings",
        "ExcludedEmailAddresses": "strings",
        "PermittedURIDomains": "strings",
        "ExcludedURIDomains": "strings",
        "PolicyIdentifiers": f"{_IDENTIFIER.name}[]",
        "Policies": f"{_OID.name}[]",
    },
)
OUTPUT: Final = MessageType(
    "ValidationOutput",
    {
        "template": TEMPLATE.name,
        "issuer_ref": "string",
        "use_pss": "bool",
        "signature_bits": "uint",
        "generate_lease": "bool",
        "no_store": "bool",
        "warnings": "strings",
        "subject_key_id": "bytes",
        "key_type": "string",
        "key_bits": "uint",
    },
)
TYPES: Final[Mapping[str, MessageType]] = {
    type_.name: type_ for type_ in (NAME, _EXTENSION, _IDENTIFIER, _OID, _IP, _MASK, _NETWORK, _URL, TEMPLATE, OUTPUT)
}
_USAGES: Final = (
    "DigitalSignature",
    "ContentCommitment",
    "KeyEncipherment",
    "DataEncipherment",
    "KeyAgreement",
    "CertSign",
    "CRLSign",
    "EncipherOnly",
    "DecipherOnly",
)
_EXTENDED: Final = (
    "Any",
    "ServerAuth",
    "ClientAuth",
    "CodeSigning",
    "EmailProtection",
    "IPSECEndSystem",
    "IPSECTunnel",
    "IPSECUser",
    "TimeStamping",
    "OCSPSigning",
    "MicrosoftServerGatedCrypto",
    "NetscapeServerGatedCrypto",
    "MicrosoftCommercialCodeSigning",
    "MicrosoftKernelCodeSigning",
)


def constants() -> dict[str, CelMap]:
    """`KeyUsage.KeyUsageCertSign` and the like.  Key usages are bits, so that they can be added."""
    usages, extended = CelMap(), CelMap()
    for at, name in enumerate(_USAGES):
        usages.put(f"KeyUsage{name}", 1 << at)
    for at, name in enumerate(_EXTENDED):
        extended.put(f"ExtKeyUsage{name}", at)
    return {"KeyUsage": usages, "ExtKeyUsage": extended}


def key_usage(bits: int) -> tuple[str, ...]:
    """The bits as `Draft.key_usage` has them."""
    return tuple(KEY_USAGES[name.lower()] for at, name in enumerate(_USAGES) if bits & 1 << at)


def ext_key_usage(numbers: list[int]) -> tuple[str, ...] | None:
    """Object identifiers of extended key usages; None if a number is none's."""
    if any(not 0 <= number < len(_EXTENDED) for number in numbers):
        return None
    return tuple(EXT_KEY_USAGES[_EXTENDED[number].lower()] for number in numbers)
