"""This computer and the phones: what there is to measure on, and setting phones up."""
