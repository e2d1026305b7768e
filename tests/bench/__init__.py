"""Benchmarks of Quantscope against its peers: `python -m tests.bench --help`."""
