"""The torch side of responding layers: what they hear, and their three readings."""

from hypertune.response.conditions import Conditions as Conditions
from hypertune.response.layer import Layer as Layer
from hypertune.response.merge import Merge as Merge
