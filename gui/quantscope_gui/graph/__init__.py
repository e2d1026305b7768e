"""The graph of a model: canvas, camera, colours and what feeds them."""
