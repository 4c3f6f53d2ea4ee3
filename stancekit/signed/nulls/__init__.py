"""What chance would give: null models of signed graphs and tables; the test of any statistic."""

from stancekit.signed.nulls.exchange import exchange_signs
from stancekit.signed.nulls.montecarlo import NullTest, hub, observed, test
from stancekit.signed.nulls.rewire import signed_rewire
from stancekit.signed.nulls.signs import SignModel, fit_signs, shuffle_signs
from stancekit.signed.nulls.tables import (
    exchange_table,
    rewire_table,
    shuffle_columns,
    shuffle_rows,
)

__all__ = [
    "NullTest",
    "SignModel",
    "exchange_signs",
    "exchange_table",
    "fit_signs",
    "hub",
    "observed",
    "rewire_table",
    "shuffle_columns",
    "shuffle_rows",
    "shuffle_signs",
    "signed_rewire",
    "test",
]

#: `test` is a statistical test: there is none here for pytest to collect.
__test__: dict[str, str] = {}
