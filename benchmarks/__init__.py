"""The performance bars, measured on one machine in one run. ``script/bench``; see docs/performance.md."""
