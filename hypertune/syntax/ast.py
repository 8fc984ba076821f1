"""The tree of a spec: frozen, and every node knows where it was written.

It says what was written, not what was meant: `semantics` settles that.
"""

from __future__ import annotations

from attrs import field, frozen

from hypertune.diagnostics import Span


@frozen
class Node:
    """Anything written; equality ignores where, so that reprinted text gives an equal tree."""

    span: Span = field(eq=False, repr=False)


# Expressions


@frozen
class Name(Node):
    text: str


@frozen
class Number(Node):
    """`1_200`, `5e-4`, `15%`; `value` of a percentage is the share, 0.15."""

    text: str
    value: int | float
    percent: bool = False


@frozen
class String(Node):
    value: str


@frozen
class Quantity(Node):
    """`5 epochs`, `200 steps`, `30 min`, `2 hours`."""

    amount: Number
    unit: Name


@frozen
class Index(Node):
    """`drops[0]`."""

    name: Name
    index: Expr


@frozen
class Unary(Node):
    op: str
    operand: Expr


@frozen
class Binary(Node):
    """`op` is one of + - * / // % **; precedence and brackets live in the shape of the tree."""

    op: str
    left: Expr
    right: Expr


@frozen
class Arg(Node):
    """`value` or `name = value`, in a call or a tuple."""

    name: Name | None
    value: Expr


@frozen
class Tuple(Node):
    """`(a, b)`, `(a,)`, `(train = 20%, valid = 40%)`; brackets around one value are no tuple."""

    items: tuple[Arg, ...]


@frozen
class Call(Node):
    """`kind(args)`, or a bare `kind` where only a call can stand (a layer, a domain)."""

    kind: Name
    args: tuple[Arg, ...]


Expr = Name | Number | String | Quantity | Index | Unary | Binary | Tuple | Call


# Statements


@frozen
class Version(Node):
    number: Number


@frozen
class Include(Node):
    path: String


@frozen
class Let(Node):
    name: Name
    value: Expr


@frozen
class HyperName(Node):
    """`decay`, `drops[6]`, `keep[example]`: `size` is what stands between the brackets."""

    name: Name
    size: Expr | None


@frozen
class Hyper(Node):
    names: tuple[HyperName, ...]
    domain: Call
    start: Expr | None
    per: Name | None
    spread: Expr | None
    fixed: bool
    frozen: bool


@frozen
class Setting(Node):
    """`key = value` in data, objective or tune."""

    key: Name
    value: Expr


@frozen
class Section(Node):
    """`data { … }`, `objective { … }`, `tune NAME { … }`: `kind` is the first word."""

    kind: Name
    name: Name | None
    settings: tuple[Setting, ...]


@frozen
class Given(Node):
    """`given a, b[0]`, `given *` (names is None) or `given none` (names is empty)."""

    names: tuple[Name | Index, ...] | None


@frozen
class Device(Node):
    """`on cuda:1`, `on auto`: the words after `on`."""

    text: str


@frozen
class Layer(Node):
    """One layer, or the use of a block."""

    call: Call
    given: Given | None
    device: Device | None
    label: Name | None  # as NAME


@frozen
class Repeat(Node):
    count: Expr
    body: Body
    given: Given | None
    device: Device | None
    label: Name | None


@frozen
class Residual(Node):
    body: Body
    shortcut: Body | None
    given: Given | None
    device: Device | None
    label: Name | None


@frozen
class Branch(Node):
    """`branch concat { … } { … }`; `mode` is concat or add."""

    mode: Name
    bodies: tuple[Body, ...]
    given: Given | None
    device: Device | None
    label: Name | None


Piece = Layer | Repeat | Residual | Branch


@frozen
class Body(Node):
    """What stands between the braces of a model, block, repeat, residual or branch."""

    pieces: tuple[Piece, ...]


@frozen
class Model(Node):
    shape: Tuple
    given: Given | None
    device: Device | None
    body: Body


@frozen
class Param(Node):
    """A parameter of a block, with its default."""

    name: Name
    default: Expr | None


@frozen
class Block(Node):
    name: Name
    params: tuple[Param, ...]
    given: Given | None
    device: Device | None
    body: Body


Statement = Version | Include | Let | Hyper | Section | Model | Block


@frozen
class Comment(Node):
    """`# text`, kept for the formatter."""

    text: str


@frozen
class Spec(Node):
    statements: tuple[Statement, ...]
    comments: tuple[Comment, ...] = field(default=(), eq=False, repr=False)
