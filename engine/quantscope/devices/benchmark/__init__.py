"""TensorFlow Lite's benchmark_model: choosing it, asking it, and reading what it says.

Facts about it were measured on builds from source; see docs/phones.md.
"""
