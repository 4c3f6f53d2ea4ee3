"""What is NP-hard about balance, with proofs: two camps, few, any number, blocks, all optima."""

from stancekit.signed.partition.block_certificate import BlockCertificate
from stancekit.signed.partition.blocks import Blocks, blocks
from stancekit.signed.partition.certificate import (
    MULTIPLIER_UNIT,
    Certificate,
    ClusterCertificate,
)
from stancekit.signed.partition.clusters import Clusters, clusters
from stancekit.signed.partition.frustration import Frustration, frustration, frustrations
from stancekit.signed.partition.optima import Optima, Verdict, optima
from stancekit.signed.partition.units import rational

__all__ = [
    "MULTIPLIER_UNIT",
    "BlockCertificate",
    "Blocks",
    "Certificate",
    "ClusterCertificate",
    "Clusters",
    "Frustration",
    "Optima",
    "Verdict",
    "blocks",
    "clusters",
    "frustration",
    "frustrations",
    "optima",
    "rational",
]
