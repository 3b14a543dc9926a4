"""Response wrapping: what lies behind a wrapping token, and the paths that open it."""
