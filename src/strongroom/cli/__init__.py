"""The command line: Vault's commands, flags and output, against any server that speaks its API."""

PROGRAM = "strongroom"
