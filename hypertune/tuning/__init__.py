"""The hinge: a placed program, its data and a tune block become a problem and a method."""

from hypertune.tuning.graphing import compiler as compiler
from hypertune.tuning.preparing import Prepared as Prepared, prepare as prepare
