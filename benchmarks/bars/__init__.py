"""One module per bar of the performance table; each has ``measure(bench) -> list[Line]``."""
