"""The texts that are open in an editor, and what is read from them."""

from __future__ import annotations

from attrs import define, field

from hypertune.catalogue import Catalogue
from hypertune.compiler import read_file
from hypertune.diagnostics import Diagnostic, Source, SpecError, in_source_order
from hypertune.editors.reading import Reading, read


@define
class Desk:
    """Open texts by name: a path where they have one. A text on the desk hides the file below.

    A reading holds as long as its text and those of the files it includes are what they were.
    """

    catalogue: Catalogue
    _texts: dict[str, str] = field(factory=dict)
    _readings: dict[str, Reading] = field(factory=dict)

    def put(self, name: str, text: str) -> None:
        self._texts[name] = text

    def take(self, name: str) -> None:
        """Close a text; the file below, if any, is seen again."""
        self._texts.pop(name, None)
        self._readings.pop(name, None)

    def source(self, path: str) -> Source:
        """A text as it is now, open or not.

        Raises:
            OSError: if it is not open, and its file cannot be read.
            SpecError: if the file is no text.

        """
        text = self._texts.get(path)
        return read_file(path) if text is None else Source(path, text)

    def reading(self, name: str) -> Reading:
        """What can be made of an open text now."""
        before, text = self._readings.get(name), self._texts[name]
        if before is None or before.text != text or self._is_stale(before):
            self._readings[name] = read(text, name, self.catalogue, before, self.source)
        return self._readings[name]

    def others(self, name: str) -> tuple[Reading, ...]:
        """The readings of all open texts but one."""
        return tuple(self.reading(other) for other in self._texts if other != name)

    def findings(self, name: str) -> tuple[Diagnostic, ...]:
        """What is wrong with an open text, as a part of those that include it if some are open.

        Alone, a part would lack what the others bring.
        """
        reading = self.reading(name)
        wholes = [other for other in self.others(name) if name in other.files]
        if not wholes or reading.tree is None or not reading.tree.current:
            return reading.findings
        found = [(d.span, d) for whole in wholes for d in whole.findings]
        here = {(span, d.message): d for span, d in found if span and span.source.name == name}
        return in_source_order(here.values())

    def _is_stale(self, reading: Reading) -> bool:
        return any(self._text(path) != file.text for path, file in reading.files.items())

    def _text(self, path: str) -> str | None:
        try:
            return self.source(path).text
        except (OSError, ValueError, SpecError):
            return None
