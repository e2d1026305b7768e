"""The main window: assembled here from parts that know nothing of one another."""
