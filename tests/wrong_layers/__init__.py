"""A shelf of wrong layers: each breaks a law, which must catch it."""

from wrong_layers.declared import DECLARED
from wrong_layers.free import FREE
from wrong_layers.keeping import KEEPING, RIGHT as RIGHT
from wrong_layers.nested import NESTED
from wrong_layers.noisy import NOISY
from wrong_layers.responding import RESPONDING
from wrong_layers.wrong import Wrong as Wrong

SHELF = (*DECLARED, *FREE, *RESPONDING, *NESTED, *NOISY, *KEEPING)
