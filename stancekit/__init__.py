"""stancekit: who stands where when two rivals claim the same seat."""

__version__ = "0.1.0"
