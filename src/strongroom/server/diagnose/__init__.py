"""`operator diagnose`: checks of the machine, the files, the listeners and the store."""
