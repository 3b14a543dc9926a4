"""The commands below `audit`, without a server."""
