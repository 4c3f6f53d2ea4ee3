"""For one's own property-based tests: strategies of every type, and laws that measures keep.

Importing it tells Hypothesis how to make each type, so that ``hypothesis.strategies.from_type``
knows them.  Nothing is registered before.

>>> from hypothesis import find, strategies as st
>>> import stancekit.testing
>>> from stancekit.records.model import Actor
>>> find(st.from_type(Actor), lambda actor: True)
Actor(code='A', name='A', kind='state')
"""

from stancekit.errors import MissingExtraError

try:
    from stancekit.testing import laws, strategies
except ModuleNotFoundError as missing:
    if missing.name != "hypothesis":
        raise
    raise MissingExtraError("test strategies", "hypothesis", extra="testing") from None

__all__ = ["laws", "strategies"]
