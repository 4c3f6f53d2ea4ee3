"""The questions, answered in names."""
