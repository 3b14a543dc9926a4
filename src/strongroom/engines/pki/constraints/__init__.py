"""Which names an authority's own certificate lets it certify: what clients enforce, whoever issues."""
