"""The configuration: files and environment variables, read into one value with the place of each setting."""
