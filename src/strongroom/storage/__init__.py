"""Where Strongroom keeps its rows: the contract in `base`, a backend per folder."""
