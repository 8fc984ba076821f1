"""The tree of a spec: frozen, and every node knows where it was written.

It says what was written, not what was meant: `semantics` settles that.
"""

from __future__ import annotations

from attrs import field, frozen

from hypertune.diagnostics import Span


@frozen
class SyntaxNode:
    """Anything written; equality ignores where, so that reprinted text gives an equal tree."""

    span: Span = field(eq=False, repr=False)


# Expressions


@frozen
class Name(SyntaxNode):
    text: str


@frozen
class Number(SyntaxNode):
    """`1_200`, `5e-4`, `15%`; `value` of a percentage is the share, 0.15."""

    text: str
    value: int | float
    percent: bool = False


@frozen
class String(SyntaxNode):
    value: str


@frozen
class Quantity(SyntaxNode):
    """`5 epochs`, `200 steps`, `30 min`, `2 hours`."""

    amount: Number
    unit: Name


@frozen
class Index(SyntaxNode):
    """`drops[0]`."""

    name: Name
    index: Expr


@frozen
class Unary(SyntaxNode):
    op: str = field(converter=str)
    operand: Expr


@frozen
class Binary(SyntaxNode):
    """`op` is one of + - * / // % **; precedence and brackets live in the shape of the tree."""

    left: Expr
    op: str = field(converter=str)
    right: Expr


@frozen
class Arg(SyntaxNode):
    """`value` or `name = value`, in a call or a tuple."""

    name: Name | None
    value: Expr


@frozen
class Tuple(SyntaxNode):
    """`(a, b)`, `(a,)`, `(train = 20%, valid = 40%)`; brackets around one value are no tuple."""

    items: tuple[Arg, ...]


@frozen
class Call(SyntaxNode):
    """`kind(args)`, or a bare `kind` where only a call can stand (a layer, a domain)."""

    kind: Name
    args: tuple[Arg, ...] = ()


Expr = Name | Number | String | Quantity | Index | Unary | Binary | Tuple | Call


# Statements


@frozen
class Version(SyntaxNode):
    number: Number


@frozen
class Include(SyntaxNode):
    path: String


@frozen
class Let(SyntaxNode):
    name: Name
    value: Expr


@frozen
class HyperName(SyntaxNode):
    """`decay`, `drops[6]`, `keep[example]`: `size` is what stands between the brackets."""

    name: Name
    size: Expr | None


@frozen
class Hyper(SyntaxNode):
    names: tuple[HyperName, ...]
    domain: Call
    start: Expr | None
    per: Name | None = None
    spread: Expr | None = None
    fixed: bool = False
    prior: Expr | None = None
    frozen: bool = False


@frozen
class Setting(SyntaxNode):
    """`key = value` in data, objective or tune."""

    key: Name
    value: Expr


@frozen
class Section(SyntaxNode):
    """`data { … }`, `objective { … }`, `tune NAME { … }`: `kind` is the first word."""

    kind: Name
    name: Name | None
    settings: tuple[Setting, ...]


@frozen
class Given(SyntaxNode):
    """`given a, b[0]`, `given *` (names is None) or `given none` (names is empty)."""

    names: tuple[Name | Index, ...] | None


@frozen
class Device(SyntaxNode):
    """`on cuda:1`, `on auto`: the words after `on`."""

    text: str


@frozen(kw_only=True)
class Placed(SyntaxNode):
    """What may say which hyperparameters its weights respond to, and where it lies."""

    given: Given | None = None
    device: Device | None = None


@frozen(kw_only=True)
class Labelled(Placed):
    """A piece of network, whose output may have a name."""

    label: Name | None = None  # as NAME


@frozen
class LayerStatement(Labelled):
    """One layer, or the use of a block."""

    call: Call


@frozen
class Repeat(Labelled):
    count: Expr
    body: Body


@frozen
class Residual(Labelled):
    body: Body
    shortcut: Body | None = None


@frozen
class Branch(Labelled):
    """`branch concat { … } { … }`; `mode` is a merge: add, concat, mean or mul."""

    mode: Name
    bodies: tuple[Body, ...]


Piece = LayerStatement | Repeat | Residual | Branch


@frozen
class Body(SyntaxNode):
    """What stands between the braces of a model, block, repeat, residual or branch."""

    pieces: tuple[Piece, ...]


@frozen
class Model(Placed):
    shape: Tuple
    body: Body


@frozen
class Param(SyntaxNode):
    """A parameter of a block, with its default."""

    name: Name
    default: Expr | None


@frozen
class Block(Placed):
    name: Name
    params: tuple[Param, ...]
    body: Body


Statement = Version | Include | Let | Hyper | Section | Model | Block


@frozen
class Comment(SyntaxNode):
    """`# text`, kept for the formatter."""

    text: str


@frozen
class Spec(SyntaxNode):
    statements: tuple[Statement, ...]
    comments: tuple[Comment, ...] = field(default=(), eq=False, repr=False)
