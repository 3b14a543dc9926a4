"""Key pairs of issuers."""
