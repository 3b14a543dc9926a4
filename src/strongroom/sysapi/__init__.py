"""The mounts that every server has: `sys/`, `auth/token/`, `identity/`, `cubbyhole/`."""
