"""A small HTTP client for servers that speak Vault's API; what the command line and the agent are built on."""
