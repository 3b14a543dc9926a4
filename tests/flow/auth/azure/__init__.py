"""The azure auth method, asked over a real barrier, and asking a stand-in for Azure."""
