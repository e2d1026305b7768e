"""Phones over adb: finding them, knowing them, running benchmark_model on them."""
