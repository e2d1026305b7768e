"""The window of Quantscope: Qt only, no engine work; it talks to the engine process through `quantscope.worker.protocol`."""
