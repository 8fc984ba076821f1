"""The methods for Python: frozen classes whose fields are their options, lengths in steps."""

from hypertune.methods.algorithms.delta_stn import DeltaSTN as DeltaSTN
from hypertune.methods.algorithms.fixed import Fixed as Fixed
from hypertune.methods.algorithms.hoag import HOAG as HOAG
from hypertune.methods.algorithms.hypergradient_descent import (
    HypergradientDescent as HypergradientDescent,
)
from hypertune.methods.algorithms.hypernet import Hypernet as Hypernet
from hypertune.methods.algorithms.implicit import Implicit as Implicit
from hypertune.methods.algorithms.maid import MAID as MAID
from hypertune.methods.algorithms.population import Population as Population
from hypertune.methods.algorithms.replay import Replay as Replay
from hypertune.methods.algorithms.stn import STN as STN
from hypertune.methods.algorithms.unrolled import Unrolled as Unrolled
