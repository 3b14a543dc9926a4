"""Templates, given what nobody would write."""
