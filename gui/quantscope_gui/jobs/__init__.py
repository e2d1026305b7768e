"""Long work: quantizing, its progress, and its result."""
