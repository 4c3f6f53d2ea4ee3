"""How united a bloc is, and how divided a contest: cohesion and polarisation."""

from stancekit.measures.cohesion.blocs import BlocCohesion, bloc, counted_once
from stancekit.measures.cohesion.indices import (
    agreement_index,
    effective_number,
    esteban_ray,
    fractionalisation,
    reynal_querol,
    rice,
)

__all__ = [
    "BlocCohesion",
    "agreement_index",
    "bloc",
    "counted_once",
    "effective_number",
    "esteban_ray",
    "fractionalisation",
    "reynal_querol",
    "rice",
]
