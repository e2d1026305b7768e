"""Models of other kinds: what was dropped, how it is to be converted, and what came of it."""
