"""The page before a model is open."""
