"""Update rules as pure functions, one a file; options, slots and defaults are torch's."""

from hypertune.optimisers.rules.adam import ADAM as ADAM
from hypertune.optimisers.rules.adamw import ADAMW as ADAMW
from hypertune.optimisers.rules.rmsprop import RMSPROP as RMSPROP
from hypertune.optimisers.rules.sgd import SGD as SGD
