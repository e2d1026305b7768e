"""What was ever measured, in a database in the user's data folder."""
