"""The engine's sentences about what goes wrong, by what it was doing; `failures` translates them."""
