"""How far the hypergradients of the methods can be trusted, where a training has come to."""

from hypertune.diagnosis.implicit import (
    Estimate as Estimate,
    Point as Point,
    gradient_norm as gradient_norm,
    implicit as implicit,
    largest_eigenvalue as largest_eigenvalue,
)
from hypertune.diagnosis.responses import ResponseReport as ResponseReport, responses as responses
from hypertune.diagnosis.retraining import retrained as retrained
