"""Advisories about the ssh engine: certificates for more users than was meant."""

from __future__ import annotations

import pytest

from strongroom.lib.errors import InvalidRequest
from tests.flow.engines.ssh.mounts import Authority


@pytest.mark.parametrize("principals", ["", ",", " ", " , ,"])
async def test_cve_2024_7594_no_certificate_is_for_every_user(principals: str) -> None:
    """There a role without `default_user` signed certificates without principals, which let any user in.

    Here whoever may sign would have been root on every host, also where `allowed_users` is `*`.
    """
    authority = await Authority.new()
    for allowed in ("", "*", "ann"):
        await authority.role(allowed_users=allowed, default_user="")
        with pytest.raises(InvalidRequest, match="no principals specified"):
            await authority.sign(valid_principals=principals)
