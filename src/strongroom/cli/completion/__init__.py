"""Completion in shells: what may stand at the cursor, the scripts that ask for it, and how they are turned on."""
