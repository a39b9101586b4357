"""The least that could do the same work: what the product is held against."""
