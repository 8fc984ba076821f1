"""Networks that exist already: somebody else's module, two losses, two loaders, no spec."""

from hypertune.modules.loaders import Loaders as Loaders
from hypertune.modules.respond import respond as respond
from hypertune.modules.responding import Responding as Responding
