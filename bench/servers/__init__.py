"""The servers that are measured: started, initialised, unsealed and stopped, each in a process group of its own."""
