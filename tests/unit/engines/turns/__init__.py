"""The engine `turns`, without a server."""
