"""Layered layout of operator graphs: numpy in, numpy out, deterministic, nothing of files or windows."""
