"""The layer below stores with small conditional transactions."""
