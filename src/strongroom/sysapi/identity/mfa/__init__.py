"""`identity/mfa/`: MFA methods, secrets for TOTP, and login enforcements."""
