"""Logins in a browser at an OpenID Connect provider."""
