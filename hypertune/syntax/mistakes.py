"""Every mistake that keeps a text from being read as a spec."""

from __future__ import annotations

from hypertune.diagnostics import BARE, Diagnostic, Example, Span


class Unexpected(Diagnostic):
    """The text stops making sense at this place.

    What stands here cannot follow what stands before it. A statement ends at a line break or
    a `;`, and the label says what could have come instead.
    """

    code = "HT101"
    title = "unexpected {found}"
    label = "expected {expected}"
    help = "{advice}"
    example = Example(wrong="let width = = 32", right="let width = 32", of=BARE)

    found: str
    expected: str
    advice: str = ""


class Unclosed(Diagnostic):
    """A bracket is opened and never closed.

    Inside `( )` and `[ ]` line breaks mean nothing, so the caret is where the text stops making
    sense without the closing bracket, and the note shows the one that opened.
    """

    code = "HT102"
    title = "unclosed `{bracket}`"
    label = "expected {expected}"
    notes = (("opening", "opened here"),)
    example = Example(wrong="let width = min(32, 64", right="let width = min(32, 64)", of=BARE)

    bracket: str
    opening: Span
    expected: str

    def at(self, other: Unexpected) -> Unclosed:
        """The same bracket, missed already where the other is."""
        return Unclosed(other.span, self.bracket, self.opening, other.expected)


class Unopened(Diagnostic):
    """A bracket is closed that was never opened."""

    code = "HT103"
    title = "unmatched `{bracket}`"
    label = "no `{partner}` is open here"
    example = Example(wrong="let width = min(32, 64))", right="let width = min(32, 64)", of=BARE)

    bracket: str
    partner: str


class UnendedString(Diagnostic):
    """A string has no closing quote on its line.

    A string is everything between two `"` on one line.
    """

    code = "HT104"
    title = "unterminated string"
    label = 'expected a closing `"`'
    example = Example(
        wrong='data { source = csv("prices.csv }',
        right='data { source = csv("prices.csv") }',
        of=BARE,
    )


class BadCharacter(Diagnostic):
    """A character that the language has no use for.

    Outside strings and comments a spec is written in lower-case words, numbers and the signs
    `+ - * / // % ** = , : ; # ( ) [ ] { }`. Characters that only look like one of these
    often come along when text is pasted from a document.
    """

    code = "HT105"
    title = "{character} means nothing here"
    label = "not part of the language"
    help = "{advice}"
    example = Example(wrong="let width = 32 \u00d7 2", right="let width = 32 * 2", of=BARE)

    character: str
    advice: str = ""


class BadName(Diagnostic):
    """A name with something else in it than lower-case letters, digits and `_`.

    Names begin with a letter from a to z and go on in lower case, as in `drop_in` or `conv2d`.
    """

    code = "HT106"
    title = "invalid name `{name}`"
    label = "names are written `lower_snake`"
    help = "write `{better}`"
    example = Example(wrong="let hiddenWidth = 32", right="let hidden_width = 32", of=BARE)

    name: str
    better: str


class BadNumber(Diagnostic):
    """A number that is not written as one, or that no computer number can hold.

    Numbers look like `1_200`, `0.05`, `5e-4` and `15%`, and stay below 1.8e308.
    """

    code = "HT107"
    title = "`{number}` {problem}"
    label = "expected a number such as 1_200, 0.05, 5e-4 or 15%"
    help = "write `{better}`"
    example = Example(wrong="let rate = .5", right="let rate = 0.5", of=BARE)

    number: str
    problem: str
    better: str


class TooDeep(Diagnostic):
    """One statement nests brackets and operators deeper than any reader could follow.

    At most 200 operators, or 100 brackets within each other, may hang on one another. Name the
    parts with `let` and put them together.
    """

    code = "HT108"
    title = "nested too deeply"
    label = "more than {limit} inside one another"
    help = "name the parts with `{namer}`"

    limit: str
    namer: str  # the statement that names parts of what goes too deep


class TooLong(Diagnostic):
    """The text is longer than any spec can be.

    A spec has at most 1_000_000 characters and 200_000 words and signs. What repeats itself is
    written once: layers with `repeat` or `block`, values with `let`.
    """

    code = "HT111"
    title = "the text is too long"
    label = "more than {limit}"
    help = "write what repeats itself once, with `repeat`, `block` or `let`"

    limit: str


class TooManyMistakes(Diagnostic):
    """A spec has more mistakes than anybody reads in one go.

    The first 1_000 that are found are shown. Many mistakes of one sort often have one cause, such
    as a file of another program.
    """

    code = "HT112"
    title = "there are more than {most} mistakes; the first are shown"

    most: str


class NotText(Diagnostic):
    """The file is not written in UTF-8, so it cannot be read as text.

    This has no example: a spec that can be shown can be read. Save the file again as UTF-8.
    """

    code = "HT109"
    title = "the file is not UTF-8 text"
    label = "the byte 0x{byte:02x} cannot stand here"
    help = "save the file as UTF-8"

    byte: int
