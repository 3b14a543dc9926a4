"""Login MFA with the real wiring."""
