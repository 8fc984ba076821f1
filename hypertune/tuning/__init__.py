"""The hinge: a placed program, its data and a tune block become a problem and a method."""

from hypertune.tuning.preparing import Prepared as Prepared, prepare as prepare
