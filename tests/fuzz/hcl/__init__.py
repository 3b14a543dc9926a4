"""HCL, given what nobody would write."""
