"""Reading and writing the rows of issuers."""

from __future__ import annotations

from strongroom.crypto.issuing.ca_certificates import CaCertificate, digest
from strongroom.engines.pki.issuers.records import IssuerEntry, IssuerName, IssuerRecord, IssuersConfig
from strongroom.engines.pki.references import DEFAULT, check_name
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import View, replace

ISSUERS = "issuer/"
_NAMES = "issuer-name/"
_CERTIFICATES = "issuer-certificate/"
_SUBJECTS = "issuer-subject/"
_KEYS = "issuer-key/"
_CONFIG = "config/issuers"
NO_DEFAULT = (
    "no default issuer currently configured: make one by root/generate, import one, or choose one at config/issuers"
)


async def config_of(view: View) -> IssuersConfig:
    """The settings about all issuers."""
    return await view.read(_CONFIG, IssuersConfig) or IssuersConfig()


def keep_config(view: View, config: IssuersConfig) -> None:
    """Store the settings about all issuers."""
    view.write(_CONFIG, config)


async def issuer_of(view: View, id_: str) -> IssuerRecord | None:
    """An issuer by its id, or None."""
    return await view.read(ISSUERS + id_, IssuerRecord)


async def referred(view: View, reference: str) -> IssuerRecord:
    """An issuer by its id, its name, or `default`.  Raises `InvalidRequest` if there is none."""
    issuer = await found(view, reference)
    if issuer is None:
        if reference == DEFAULT and not (await config_of(view)).default:
            raise InvalidRequest(NO_DEFAULT)
        raise InvalidRequest(f"unable to find PKI issuer for reference: {reference}")
    return issuer


async def found(view: View, reference: str) -> IssuerRecord | None:
    """An issuer by its id, its name, or `default`; None if there is none."""
    if reference == DEFAULT:
        return await issuer_of(view, (await config_of(view)).default)
    named = await view.read(_NAMES + reference, IssuerName)
    return await issuer_of(view, named.id if named is not None else reference)


async def with_certificate(view: View, der: bytes) -> IssuerRecord | None:
    """The issuer with this certificate, or None."""
    known = await view.read(_CERTIFICATES + digest(der), IssuerName)
    return await issuer_of(view, known.id) if known is not None else None


async def with_subject(view: View, name: bytes, most: int) -> list[IssuerRecord]:
    """Issuers of this subject, in the order of their ids.

    Args:
        name: in DER. most: how many at the most.
    """
    return await _listed(view, f"{_SUBJECTS}{digest(name)}/", most)


async def with_key(view: View, public: bytes, most: int | None = None) -> list[IssuerRecord]:
    """Issuers with this public key, in the order of their ids.

    Args:
        public: SubjectPublicKeyInfo in DER. most: how many at the most.
    """
    return await _listed(view, f"{_KEYS}{digest(public)}/", most)


async def _listed(view: View, prefix: str, most: int | None) -> list[IssuerRecord]:
    issuers = [await issuer_of(view, id_) for id_ in await view.list(prefix, limit=most)]
    return [issuer for issuer in issuers if issuer is not None]


async def check_free(view: View, name: str) -> None:
    """Raise `InvalidRequest` for a name that no issuer may get, or that one has."""
    check_name("issuer", name)
    if name and await view.read(_NAMES + name, IssuerName) is not None:
        raise InvalidRequest("issuer name already in use")


async def add(view: View, issuer: IssuerRecord) -> None:
    """Store a new issuer, under its name and in the indices too."""
    keep(view, issuer)
    if issuer.name:
        view.write(_NAMES + issuer.name, IssuerName(id=issuer.id))
    view.write(_CERTIFICATES + digest(issuer.certificate), IssuerName(id=issuer.id))
    for row in _entries(issuer):
        view.write(row, IssuerEntry())


async def follow(view: View, issuer: IssuerRecord) -> None:
    """Let a new issuer become the default, if the mount has none or its default follows the latest.

    One whose key the mount doesn't have becomes it never.
    """
    config = await config_of(view)
    if issuer.key_id and (not config.default or config.default_follows_latest_issuer):
        keep_config(view, replace(config, default=issuer.id))


def keep(view: View, issuer: IssuerRecord) -> None:
    """Store an issuer whose name hasn't changed."""
    view.write(ISSUERS + issuer.id, issuer)


async def rename(view: View, issuer: IssuerRecord, name: str) -> IssuerRecord:
    """Give an issuer another name, or none.  Raises `InvalidRequest` as `check_free` does."""
    if name == issuer.name:
        return issuer
    await check_free(view, name)
    if issuer.name:
        view.delete(_NAMES + issuer.name)
    if name:
        view.write(_NAMES + name, IssuerName(id=issuer.id))
    renamed = replace(issuer, name=name)
    keep(view, renamed)
    return renamed


async def remove(view: View, issuer: IssuerRecord) -> None:
    """Delete an issuer."""
    view.delete(ISSUERS + issuer.id)
    if issuer.name:
        view.delete(_NAMES + issuer.name)
    view.delete(_CERTIFICATES + digest(issuer.certificate))
    for row in _entries(issuer):
        view.delete(row)
    config = await config_of(view)
    if config.default == issuer.id:
        keep_config(view, replace(config, default=""))


def _entries(issuer: IssuerRecord) -> tuple[str, str]:
    certificate = CaCertificate.load(issuer.certificate)
    return (
        f"{_SUBJECTS}{digest(certificate.subject)}/{issuer.id}",
        f"{_KEYS}{digest(certificate.public)}/{issuer.id}",
    )
