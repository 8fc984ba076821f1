"""Tree to program, or the list of everything wrong with it."""

from hypertune.semantics.elaboration import Elaborated as Elaborated, elaborate as elaborate
from hypertune.semantics.including import Read as Read, Whole as Whole, include as include
from hypertune.semantics.verification import verify as verify
