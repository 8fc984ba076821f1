"""The methods as specs name them. Loads no torch; for Python see `.algorithms`."""

from hypertune.catalogue import MethodType
from hypertune.methods.delta_stn import DELTA_STN
from hypertune.methods.fixed import FIXED
from hypertune.methods.stn import STN

STANDARD: tuple[MethodType, ...] = (FIXED, STN, DELTA_STN)
