"""What the kernels of each target really do with quantized weights, against a numpy reference."""
