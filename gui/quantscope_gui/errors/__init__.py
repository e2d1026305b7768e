"""What went wrong, said readably and without getting in the way."""
