"""The torch side of responding layers: their three readings."""

from hypertune.conditioning import Conditioning as Conditioning
from hypertune.response.layer import Layer as Layer
from hypertune.response.merge import Merge as Merge
from hypertune.response.parameters import ResponseParameters as ResponseParameters
from hypertune.response.responding_map import RespondingMap as RespondingMap
