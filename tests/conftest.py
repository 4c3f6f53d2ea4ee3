"""What all tests share: how Hypothesis runs here."""

from hypothesis import settings

# No deadline: an example may run on a busy machine, and time is what benchmarks measure.
settings.register_profile("stancekit", deadline=None)
settings.load_profile("stancekit")
