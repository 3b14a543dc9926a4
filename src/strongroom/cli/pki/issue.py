"""The commands `pki issue` and `pki reissue`."""

from __future__ import annotations

from strongroom.cli.command import FORMAT_ONLY, Arity, Command
from strongroom.cli.failure import Failure
from strongroom.cli.flags import Flag, Group
from strongroom.cli.invocation import Invocation
from strongroom.cli.paths import clean
from strongroom.cli.pki.issuers import UnreadIssuer, read_issuer
from strongroom.cli.pki.issuing import Order, issue
from strongroom.cli.pki.template import merged, parameters

_FEW = "What is missing: {}. -h shows the usage."


def _issue(call: Invocation) -> int:
    if len(call.arguments) < 3:
        raise Failure(_FEW.format("PARENT, CHILD_MOUNT and one parameter at the least, such as common_name=NAME"))
    data = call.data(call.data_words(after=2))
    return issue(call, _order(call, call.arguments[1]), data)


def _reissue(call: Invocation) -> int:
    if len(call.arguments) < 3:
        raise Failure(_FEW.format("PARENT, TEMPLATE and CHILD_MOUNT"))
    changes = call.data(call.data_words(after=3))
    path = clean(call.arguments[1])
    try:
        template = read_issuer(call.client(), path)
    except UnreadIssuer as error:
        raise Failure(f"{path} can't be the template: {error}") from error
    order = _order(call, call.arguments[2])
    if order.existing_key and not template.key_id:
        raise Failure(f"-type=existing: the mount hasn't got the key of {path}, so nothing new can have it")
    usual = parameters(template.certificate, template.key_id if order.existing_key else "")
    return issue(call, order, merged(usual, changes))


def _order(call: Invocation, child: str) -> Order:
    return Order(clean(call.arguments[0]), clean(child), call.flags.text("issuer_name"), call.flags.text("type"))


_FLAGS = Group(
    "Command Options",
    (
        Flag("issuer_name", "The name that the new issuer is given."),
        Flag(
            "type",
            "Where the key is from: internal for a new one, existing for one of the mount, kms for one held elsewhere. "
            "A key isn't exported.",
            default="internal",
        ),
    ),
)

COMMANDS = {
    "pki issue": Command(
        "pki issue [options] PARENT CHILD_MOUNT K=V...",
        "Makes an intermediate authority in CHILD_MOUNT, signed by PARENT, which is the path of an issuer such as "
        "pki_root/issuer/default. The parameters are those of `intermediate/generate` and of `sign-intermediate`; at "
        "least one has to be given.\n\n"
        '$ strongroom pki issue -issuer_name=web pki_root/issuer/default pki_int common_name="Web CA"',
        _issue,
        (FORMAT_ONLY, _FLAGS),
        Arity(0, None),
    ),
    "pki reissue": Command(
        "pki reissue [options] PARENT TEMPLATE CHILD_MOUNT [K=V...]",
        "Makes an intermediate authority as `pki issue` does. What isn't given as a parameter is taken from the "
        "certificate of the issuer TEMPLATE: its names, its lifetime, the kind of its key.\n\n"
        "$ strongroom pki reissue pki_root/issuer/default pki_int/issuer/web pki_int ttl=8760h",
        _reissue,
        (FORMAT_ONLY, _FLAGS),
        Arity(0, None),
    ),
}
