"""Colours, icons and precision marks, all from one table of tokens."""
