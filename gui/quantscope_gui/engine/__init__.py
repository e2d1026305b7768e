"""The window's side of the engine process: owning it, speaking to it, and what its endings mean."""
