"""Programs that run in a converter's own environment, where neither Quantscope nor anything it needs is installed.

They are started by file path and stand on the standard library, numpy and the framework they are for. Nothing in the
engine imports them.
"""
