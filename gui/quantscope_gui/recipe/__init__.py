"""What the user asks for: a recipe and a target, from the engine's catalogue."""
