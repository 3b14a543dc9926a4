"""Events: what changes mean to those who subscribe."""
