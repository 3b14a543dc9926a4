"""The command `pki health-check`: what is asked of a mount, and what is made of the answers."""
