"""The operators of a model with their planned precision, as a table."""
