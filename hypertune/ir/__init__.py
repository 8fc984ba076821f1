"""The program: what was meant, with every name resolved and every shape known."""

from hypertune.ir.program import (
    Call as Call,
    Data as Data,
    Hyper as Hyper,
    Layer as Layer,
    Objective as Objective,
    Program as Program,
    Quantity as Quantity,
    Ref as Ref,
    Shape as Shape,
    Term as Term,
    Tune as Tune,
    Value as Value,
)
