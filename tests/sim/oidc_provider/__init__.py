"""A certified OpenID provider of others (npm's `oidc-provider`), and a browser that logs in there."""

from tests.sim.oidc_provider.browser import Browser
from tests.sim.oidc_provider.running import SECRET, running

__all__ = ["SECRET", "Browser", "running"]
