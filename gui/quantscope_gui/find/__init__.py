"""Finding operators, in table and graph alike."""
