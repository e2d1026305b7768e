"""What the graph's colours stand for."""
