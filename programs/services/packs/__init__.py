"""Loading data packs: documents, organizations, programmes, indicators, targets, tasks. See docs/packs.md."""
