"""Principle against camp: which doctrine, or whose camp, an actor's stances follow."""

from stancekit.measures.doctrines.adherence import Adherence, Adherences, adherence
from stancekit.measures.doctrines.explain import Explanation, Predictor, explain
from stancekit.measures.doctrines.rules import (
    PRINCIPLES,
    Case,
    Doctrine,
    camps,
    cases_of,
    effective_control,
    follow,
    follow_bloc,
    legality_of_election,
    recognise_states,
    self_determination,
    territorial_integrity,
)

__all__ = [
    "PRINCIPLES",
    "Adherence",
    "Adherences",
    "Case",
    "Doctrine",
    "Explanation",
    "Predictor",
    "adherence",
    "camps",
    "cases_of",
    "effective_control",
    "explain",
    "follow",
    "follow_bloc",
    "legality_of_election",
    "recognise_states",
    "self_determination",
    "territorial_integrity",
]
