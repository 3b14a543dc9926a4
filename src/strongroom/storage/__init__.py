"""The stores for Strongroom's rows: `base` defines the interface, and each backend has a folder."""
