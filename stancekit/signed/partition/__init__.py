"""What is NP-hard about balance, with proofs: two camps, any number of camps, all optima."""

from stancekit.signed.partition.certificate import Certificate, ClusterCertificate
from stancekit.signed.partition.clusters import Clusters, clusters
from stancekit.signed.partition.frustration import Frustration, frustration, frustrations
from stancekit.signed.partition.optima import Optima, Verdict, optima

__all__ = [
    "Certificate",
    "ClusterCertificate",
    "Clusters",
    "Frustration",
    "Optima",
    "Verdict",
    "clusters",
    "frustration",
    "frustrations",
    "optima",
]
