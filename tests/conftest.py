"""What all tests share: how Hypothesis runs here."""

import os

from hypothesis import settings

# No deadline: an example may run on a busy machine, and time is what benchmarks measure.
# Fewer examples than usual where a test does not say how many: the suite runs at every change,
# and HYPOTHESIS_PROFILE=thorough asks for more.
settings.register_profile("everyday", deadline=None, max_examples=50, derandomize=True)
settings.register_profile("thorough", deadline=None, max_examples=500)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "everyday"))
