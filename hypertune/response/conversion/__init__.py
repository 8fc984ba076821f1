"""Layers of torch inside somebody else's module, turned into responding ones."""

from hypertune.response.conversion.kinds import CannotConvert as CannotConvert
from hypertune.response.conversion.responding_module import RespondingModule as RespondingModule
from hypertune.response.conversion.surgery import Conversion as Conversion, convert as convert
