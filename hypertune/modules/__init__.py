"""Networks that exist already: somebody else's module, two losses, two loaders, no spec."""

from hypertune.modules.converting import respond as respond
from hypertune.modules.loaders import Loaders as Loaders
from hypertune.modules.responding import Responding as Responding
from hypertune.modules.tuned import Tuned as Tuned, hypers as hypers
