"""The state behind an open barrier, one service per subject."""
