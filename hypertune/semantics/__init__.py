"""Tree to program, or the list of everything wrong with it."""

from hypertune.semantics.elaboration import Elaborated as Elaborated, elaborate as elaborate
from hypertune.semantics.verification import verify as verify
