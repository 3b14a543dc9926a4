"""How control of an identifier is proved."""
