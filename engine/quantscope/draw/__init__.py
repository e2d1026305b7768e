"""From a model to a drawing of it: what is shown, grouped how, and arranged."""
