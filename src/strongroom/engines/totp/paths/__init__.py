"""The paths of the engine `totp`, a file for each noun."""
