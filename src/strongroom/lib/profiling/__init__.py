"""Where a process spends its time and its memory, for operators who look for a fault."""
