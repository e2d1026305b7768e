"""The open models and their variants."""
