"""What each training example does to the loss of others (Koh and Liang 2017)."""

from hypertune.influence.scores import (
    Influence as Influence,
    Training as Training,
    influence as influence,
    sensitivity as sensitivity,
)
from hypertune.influence.solvers import solver_of as solver_of
