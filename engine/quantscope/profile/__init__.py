"""Measuring latency: a `Runner` for each kind of device, one session over them, statistics, and what became of time."""
