"""Keyboard shortcuts and About."""
