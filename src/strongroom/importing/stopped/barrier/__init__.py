"""The encryption of a stopped server's rows, and how key shares open it."""
