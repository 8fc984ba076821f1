"""The program: what was meant, with every name resolved and every shape known."""

from hypertune.ir.damage import DamagedProgram as DamagedProgram
from hypertune.ir.json_form import from_json as from_json, to_json as to_json
from hypertune.ir.program import (
    Call as Call,
    Data as Data,
    Hyper as Hyper,
    Label as Label,
    Node as Node,
    Objective as Objective,
    Program as Program,
    Quantity as Quantity,
    Ref as Ref,
    Shape as Shape,
    Start as Start,
    Term as Term,
    Tune as Tune,
    Value as Value,
)
from hypertune.ir.text_form import (
    print_program as print_program,
    print_shape as print_shape,
    print_value as print_value,
)
from hypertune.ir.verification import (
    calls_of as calls_of,
    labels_in as labels_in,
    references_in as references_in,
    verify_structure as verify_structure,
)
