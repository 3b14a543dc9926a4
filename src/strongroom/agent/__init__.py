"""The agent and the proxy: they log in, keep a token, render files, run programs, and pass requests on."""
