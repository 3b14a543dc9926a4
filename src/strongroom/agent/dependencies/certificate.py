"""A certificate with its key and chain as templates see it: issued, or found in the file of an earlier rendering (p).

Source: https://github.com/hashicorp/consul-template/blob/main/docs/templating-language.md#pkicert
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Final

from strongroom.agent.dependencies.dependency import Dependency
from strongroom.crypto.pem_texts import Contents, TextCertificate, contents_of, is_key_of
from strongroom.template.values import Structure

_NAMES: Final = ("alt_names", "ip_sans", "uri_sans")
_REQUESTED: Final = ("csr", "other_sans", "exclude_cn_from_sans")
"""With one of these, a certificate may have other names than the arguments say."""


@dataclass(frozen=True, slots=True)
class Pems(Structure):
    """What `pkiCert` gives.

    Attributes:
        serial: in hexadecimal pairs, with colons.
        kept: whether it was found in a file, which may lack some of it.
        missed: called when something is read that the file lacked; it is empty then.
        begins_at, ends_at: of the certificate, in seconds since the epoch.
    """

    go_type: ClassVar[str] = "dependency.PemEncoded"
    fields: ClassVar[Mapping[str, str]] = {"Cert": "cert", "Key": "key", "CA": "ca", "CAChain": "ca_chain"}
    methods: ClassVar[Mapping[str, str]] = {"Data": "itself"}

    cert: str
    own_key: str = field(repr=False)
    own_ca: str
    own_chain: tuple[str, ...]
    begins_at: float
    ends_at: float
    serial: str = ""
    kept: bool = False
    missed: Callable[[], None] | None = field(default=None, repr=False, compare=False)

    @property
    def key(self) -> str:
        """The private key."""
        return self._there(self.own_key)

    @property
    def ca(self) -> str:
        """The authority's certificate."""
        return self._there(self.own_ca)

    @property
    def ca_chain(self) -> Sequence[str]:
        """The certificates of the authorities."""
        self._there(self.own_ca)
        return list(self.own_chain)

    def itself(self) -> Pems:
        """The same: `.Data.Cert` is what people write, as with `secret`."""
        return self

    def _there(self, text: str) -> str:
        if self.kept and not text and self.missed is not None:
            self.missed()
        return text


def issued(data: Mapping[str, Any]) -> Pems | None:
    """What an answer has; None if there is no certificate of its own in it."""
    texts: list[str] = [data[name] for name in ("certificate", "private_key", "issuing_ca") if _is_text(data.get(name))]
    chain = data.get("ca_chain")
    texts += [each for each in chain if _is_text(each)] if isinstance(chain, list) else []
    texts += [each for name, each in data.items() if name not in {"csr", "ca_chain"} and _is_text(each)]
    contents = contents_of("\n".join(texts))
    leaves = [each for each in contents.certificates if not each.is_authority]
    return _with_chain(leaves[0], contents.keys[:1], contents) if leaves else None


def kept_in(text: str, wanted: Dependency, clock: float) -> Pems | None:
    """The certificate in a file that is as good as a new one; None if there is none.

    It isn't, if it has ended, if it is for other names than are asked for, or if no key of the file belongs to it
    although there are some.  This takes some milliseconds.

    Args:
        clock: seconds since the epoch.
    """
    contents = contents_of(text)
    for leaf in contents.certificates:
        if leaf.is_authority or not leaf.not_before <= clock < leaf.not_after or not is_for(leaf, wanted):
            continue
        keys = tuple(each for each in contents.keys if is_key_of(each, leaf.pem))
        if keys or not contents.keys:
            return replace(_with_chain(leaf, keys, contents), kept=True)
    return None


def completed(pems: Pems, texts: Iterable[str]) -> Pems:
    """A certificate that was kept, with what its file lacks from other files, if they have it.

    This takes some milliseconds.
    """
    contents = contents_of("\n".join(texts))
    key = pems.own_key or next((each for each in contents.keys if is_key_of(each, pems.cert)), "")
    leaf = contents_of(pems.cert).certificates[0]
    chain = [each.pem for each in _above(leaf, [each for each in contents.certificates if each.is_authority])]
    return replace(
        pems,
        own_key=key,
        own_ca=pems.own_ca or (chain[0] if chain else ""),
        own_chain=pems.own_chain or tuple(chain),
    )


def is_for(leaf: TextCertificate, wanted: Dependency) -> bool:
    """Whether a certificate has the names that are asked for, and no others."""
    arguments = dict(wanted.arguments)
    common_name = arguments.get("common_name", "").lower()
    asked = {_plain(each) for name in _NAMES for each in arguments.get(name, "").split(",") if each.strip()}
    if not all(each.isascii() for each in (common_name, *asked)):
        return True  # The certificate has them in another spelling.
    has = leaf.names | {leaf.common_name.lower()}
    if not asked | ({common_name} - {""}) <= has:
        return False
    if not common_name or any(name in arguments for name in _REQUESTED):
        return True
    return leaf.names <= asked | {common_name}


def _plain(name: str) -> str:
    """A name as certificates are compared by it."""
    try:
        return str(ipaddress.ip_address(name.strip()))
    except ValueError:
        return name.strip().lower()


def _with_chain(leaf: TextCertificate, keys: Sequence[str], contents: Contents) -> Pems:
    """A certificate with those of authorities in a text: all of them, unless there is another certificate, too."""
    authorities = [each for each in contents.certificates if each.is_authority]
    if sum(not each.is_authority for each in contents.certificates) > 1:
        authorities = _above(leaf, authorities)
    issuers = [each for each in authorities if each.subject == leaf.issuer] or authorities
    return Pems(
        cert=leaf.pem,
        own_key=keys[0] if keys else "",
        own_ca=issuers[0].pem if issuers else "",
        own_chain=tuple(each.pem for each in authorities),
        begins_at=leaf.not_before,
        ends_at=leaf.not_after,
        serial=_serial(leaf.serial),
    )


def _serial(number: int) -> str:
    """A serial number as the API writes it."""
    digits = f"{number:x}"
    padded = digits.zfill(len(digits) + len(digits) % 2)
    return ":".join(padded[at : at + 2] for at in range(0, len(padded), 2))


def _above(leaf: TextCertificate, authorities: Sequence[TextCertificate]) -> list[TextCertificate]:
    """The authorities that lead from a certificate upwards."""
    chain: list[TextCertificate] = []
    issuer = leaf.issuer
    while above := [each for each in authorities if each.subject == issuer and each not in chain]:
        chain += above
        issuer = above[0].issuer
    return chain


def _is_text(found: Any) -> bool:
    return isinstance(found, str) and "-----BEGIN " in found
