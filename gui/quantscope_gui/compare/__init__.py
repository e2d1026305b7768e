"""Float against quantized: how far the outputs are apart."""
