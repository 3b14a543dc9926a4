"""What proves an identity to a server beside passwords: signed requests, tokens of clouds, tickets.

The command line and the agent both log in by these.
"""
