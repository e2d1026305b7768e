"""The window of Quantscope. Engine work is not done here: it speaks `quantscope.worker.protocol` to a process."""
