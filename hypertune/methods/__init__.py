"""The methods as specs name them. Loads no torch; for Python see `.algorithms`."""

from hypertune.catalogue import MethodType
from hypertune.methods import solvers
from hypertune.methods.asha import ASHA
from hypertune.methods.bayesian import BAYESIAN
from hypertune.methods.delta_stn import DELTA_STN
from hypertune.methods.fixed import FIXED
from hypertune.methods.grid import GRID
from hypertune.methods.hoag import HOAG
from hypertune.methods.hypergradient_descent import HYPERGRADIENT_DESCENT
from hypertune.methods.hypernet import HYPERNET
from hypertune.methods.implicit import IMPLICIT
from hypertune.methods.maid import MAID
from hypertune.methods.population import POPULATION
from hypertune.methods.random_search import RANDOM_SEARCH
from hypertune.methods.schedule import SCHEDULE
from hypertune.methods.stn import STN
from hypertune.methods.unrolled import UNROLLED

STANDARD: tuple[MethodType, ...] = (
    *(
        FIXED,
        SCHEDULE,
        STN,
        DELTA_STN,
        HYPERNET,
        IMPLICIT,
        UNROLLED,
        HYPERGRADIENT_DESCENT,
        HOAG,
        MAID,
    ),
    *(GRID, RANDOM_SEARCH, BAYESIAN, ASHA, POPULATION),
)
SOLVERS = solvers.STANDARD
