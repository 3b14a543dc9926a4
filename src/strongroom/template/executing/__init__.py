"""From a template's tree and values to its result."""
