"""What a role allows: pure decisions about names, subjects, keys, usages and times (p).

Whoever issues takes these steps:

1. `Asked` from the fields (`AskedFields.asked`), with the certificate request as `Requested` if there is one.
2. `key_for(role, asked)`: the type and size of a key to make, with warnings; or `check_key(role, requested)`.
3. `Context` by `roles.context.context_of(request, role, issuer)`: time, limits, templates, the issuer's end.
4. `judged(role, asked, context).draft(serial, public, access)`: what is signed; `Judged.warnings` go to the client.

`validity_of` and `usages_of` serve by themselves those that take names from a certificate request as they are.
"""

from strongroom.engines.pki.issuing.rules.asked import Asked, AskedFields, Requested
from strongroom.engines.pki.issuing.rules.context import Context, IssuerEnd
from strongroom.engines.pki.issuing.rules.judging import Judged, judged
from strongroom.engines.pki.issuing.rules.keys import KeyChoice, check_key, check_length, key_for
from strongroom.engines.pki.issuing.rules.usages import Usages, usages_of
from strongroom.engines.pki.issuing.rules.validity import Validity, validity_of

__all__ = [
    "Asked",
    "AskedFields",
    "Context",
    "IssuerEnd",
    "Judged",
    "KeyChoice",
    "Requested",
    "Usages",
    "Validity",
    "check_key",
    "check_length",
    "judged",
    "key_for",
    "usages_of",
    "validity_of",
]
