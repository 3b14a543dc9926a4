"""HTTP, given what nobody would send."""
