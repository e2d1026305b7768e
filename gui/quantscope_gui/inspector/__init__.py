"""Everything about the selected operator."""
