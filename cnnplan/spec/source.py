"""YAML text in; plain data out, and the line and column of every key and value.

The data are put together from the parser's events, one after the other and without recursion, so that a hostile text
costs no more than its length: depth, number of values and length are bounded, and nothing in the text can make a value
appear twice. Positions are only worked out when somebody asks for one, by walking through the events again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

import yaml

from cnnplan.errors import SpecError, UsageError
from cnnplan.findings import Location, Place
from cnnplan.spec.diagnosis import QUOTED, as_list, balance, repair, syntax
from cnnplan.spec.faults import Faults
from cnnplan.spec.positions import CLOSE, OPEN, positions
from cnnplan.spec.scalars import resolve

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path as FilePath

    from cnnplan.findings import Path

__all__ = ["BYTES", "LEVELS", "VALUES", "Source", "Written", "decoded", "read_text"]

BYTES: Final = 1_000_000
"""The longest text that is read."""

VALUES: Final = 100_000
"""The most keys and values."""

LEVELS: Final = 64
"""The deepest nesting."""

FINDINGS: Final = 50
"""After that many the rest of a text is not looked at."""

_LOADER: Any = getattr(yaml, "CLoader", yaml.Loader)
TOO_DEEP: Final = "exceeded maximum nesting depth"
"""What PyYAML's C parser says, from 6.0.4 on, when it reads ahead into more levels than it has room for."""

ALTERNATIVE: Final = "blocks do what anchors, aliases and merge keys do"


def read_text(path: FilePath) -> str:
    """The text of a file; raises UsageError where there is none, and SpecError where it is not text."""
    try:
        with path.open("rb") as file:
            data = file.read(BYTES + 1)
    except (OSError, ValueError) as error:
        raise UsageError(f"cannot read {path}: {getattr(error, 'strerror', None) or error}") from None
    return decoded(data)


def decoded(data: bytes) -> str:
    """The text of what was read up to a byte more than is allowed; one that no document holds where it is not text."""
    try:
        return data.decode("utf-8-sig", "strict" if len(data) <= BYTES else "replace")
    except UnicodeDecodeError:
        return "\0"


class Written(Protocol):
    """A document that was read: its data, its faults so far, and where everything in it stands.

    Of a sound one it is known that nothing is wrong with its layers, which are read when somebody asks for them.
    """

    file: str
    text: str
    data: Any
    faults: Faults

    @property
    def is_sound(self) -> bool:
        """Whether nothing is wrong with its layers."""

    def locate(self, place: Place) -> Location:
        """Where a place stands in the file."""


class Source:
    """One file: its data, and where everything in it stands.

    Args:
        file: the name that locations give.
        text: what it holds.

    Raises:
        SpecError: where the text cannot be read as a document of the language at all.
    """

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.text = text.removeprefix("\ufeff")
        self.faults = Faults()
        self.is_sound = False
        self._positions: dict[Path, tuple[Any, Any]] | None = None
        self.data = self._compose()
        if any(finding.rule == "CNN003" for finding in self.faults.found):
            raise SpecError(self.faults.found)

    def locate(self, place: Place) -> Location:
        """The line and column of a place, or of the nearest thing around it that stands in the text."""
        if self._positions is None:
            self._positions = positions(self._events())
        path = place.path
        while path and path not in self._positions:
            path = path[:-1]
        key, value = self._positions.get(path, (None, None))
        mark = key if key is not None and (place.key or path != place.path) else value
        return self._location(mark.line, mark.column) if mark else self._location(0, 0)

    def _location(self, line: int, column: int) -> Location:
        return Location(self.file, line + 1, column + 1)

    def _add(self, rule: str, mark: Any, message: str, hint: str = "", path: Path = ()) -> None:
        location = self._location(mark.line, mark.column) if mark else self._location(0, 0)
        self.faults.add(rule, Place(self.file, path), message, hint=hint, location=location)
        if len(self.faults.found) >= FINDINGS:
            raise SpecError(self.faults.found)

    def _stop(self, rule: str, mark: Any, message: str, hint: str = "") -> SpecError:
        self._add(rule, mark, message, hint)
        return SpecError(self.faults.found)

    def _compose(self) -> Any:
        """The data of the only document; raises SpecError where there is none."""
        if "\0" in self.text or not _encodable(self.text):
            raise self._stop("CNN001", None, "this is not a text file in UTF-8")
        if len(self.text) > BYTES:
            raise self._stop("CNN004", None, f"the file is too long: at most {BYTES} bytes are read")
        try:
            return self._data(self._events())
        except yaml.MarkedYAMLError as error:
            message, hint, line, column = syntax(error, self.text.splitlines())
            raise self._stop("CNN001", _Mark(line, column), message, hint) from None
        except yaml.reader.ReaderError as error:
            before = self.text.encode()[: error.position].decode(errors="ignore")
            mark = _Mark(before.count("\n"), len(before) - before.rfind("\n") - 1)
            raise self._stop("CNN001", mark, f"not readable as YAML: {error.reason}") from None

    def _events(self) -> Iterator[Any]:
        """The parser's events, as long as they are few and harmless."""
        try:
            yield from self._harmless(_LOADER)
        except yaml.MarkedYAMLError as error:
            if error.problem != TOO_DEEP:
                raise
            for _ in self._harmless(yaml.Loader):  # reads less far ahead, and so comes to the place itself
                pass
            raise

    def _harmless(self, loader: Any) -> Iterator[Any]:
        level = 0
        for count, event in enumerate(yaml.parse(self.text, Loader=loader)):
            kind = type(event)
            if kind in OPEN:
                level += 1
                if level > LEVELS:
                    raise self._stop("CNN004", event.start_mark, f"nested deeper than {LEVELS} levels")
            elif kind in CLOSE:
                level -= 1
            if count > VALUES:
                raise self._stop("CNN004", event.start_mark, f"more than {VALUES} keys and values")
            yield event

    def _data(self, events: Iterator[Any]) -> Any:
        stack = [_Frame([], flow=False)]
        for event in events:
            kind = type(event)
            if kind is yaml.ScalarEvent:
                self._scalar(stack, event)
            elif kind in OPEN:
                self._screen(event, stack)
                self._key_wanted(stack[-1], event)
                stack.append(_Frame({} if kind is yaml.MappingStartEvent else [], flow=event.flow_style))
            elif kind in CLOSE:
                frame = stack.pop()
                stack[-1].put(self._mended(frame, stack))
            elif kind is yaml.AliasEvent:
                self._add("CNN003", event.start_mark, f"*{event.anchor} is an alias", ALTERNATIVE, _path(stack))
                stack[-1].take(None)
            elif kind is yaml.DocumentStartEvent and stack[0].container:
                raise self._stop("CNN001", event.start_mark, "a second document begins here: a file holds one")
        if not stack[0].container or self._blank():
            raise self._stop("CNN001", None, "the file is empty: a spec begins with `cnnplan: 1`")
        return stack[0].container[0]

    def _blank(self) -> bool:
        return all(not line.strip() or line.lstrip().startswith(("#", "---")) for line in self.text.splitlines())

    def _screen(self, event: Any, stack: list[_Frame]) -> None:
        """Refuse anchors and tags."""
        if event.anchor is not None:
            self._add("CNN003", event.start_mark, f"&{event.anchor} is an anchor", ALTERNATIVE, _path(stack))
        if event.tag is not None:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            self._add(
                "CNN003", event.start_mark, f"{tag} is a tag", "values need no tag: write them plainly", _path(stack)
            )

    def _key_wanted(self, frame: _Frame, event: Any) -> None:
        if frame.wants_key:
            what = "a mapping" if type(event) is yaml.MappingStartEvent else "a list"
            raise self._stop("CNN001", event.start_mark, f"a key is a word, not {what}", QUOTED if frame.flow else "")

    def _scalar(self, stack: list[_Frame], event: Any) -> None:
        frame = stack[-1]
        if event.anchor is not None or event.tag is not None:
            self._screen(event, stack)
        plain, text = event.implicit[0], event.value
        if not frame.wants_key:
            if frame.flow and plain and balance(text) > 0:
                frame.torn[len(frame.container)] = event.start_mark
            frame.put(resolve(text) if plain else text)
        elif text == "<<" and plain:
            self._add("CNN003", event.start_mark, "<< is a merge key", ALTERNATIVE, _path(stack))
            frame.open(None)
        elif text in frame.container:
            self._add("CNN002", event.start_mark, f"the key {text} stands here twice", path=(*_path(stack), text))
            frame.open(None)
        else:
            frame.open(text)

    def _mended(self, frame: _Frame, stack: list[_Frame]) -> Any:
        """What a closed mapping or list holds, expressions that commas tore apart put together again."""
        if not frame.torn:
            return frame.container
        mapping = isinstance(frame.container, dict)
        pieces = list(frame.container.items()) if mapping else [("", item) for item in frame.container]
        whole, torn = repair(pieces, mapping=mapping)
        for at, text in torn:
            hint = f"a list stands in [ ]: write {listed}" if (listed := as_list(text)) else f'{QUOTED}: "{text}"'
            self._add("CNN014", frame.torn[at], f"the comma in {text} tears the expression apart", hint, _path(stack))
        return dict(whole) if mapping else [value for _, value in whole]


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


class _Mark(NamedTuple):
    """A place in the text, counted from 0 as the parser does."""

    line: int
    column: int


class _Frame:
    """A mapping or list that is still open."""

    __slots__ = ("container", "flow", "key", "torn", "wants_key")

    def __init__(self, container: dict[str, Any] | list[Any], *, flow: bool) -> None:
        self.container: Any = container
        self.flow = flow
        self.key: str | None = None
        self.torn: dict[int, Any] = {}
        self.wants_key = isinstance(container, dict)

    def open(self, key: str | None) -> None:
        """Wait for the value of a key; of None it is not kept."""
        self.key = key
        self.wants_key = False

    def take(self, value: Any) -> None:
        """Whatever is wanted next, a key or a value."""
        if self.wants_key:
            self.open(None)
        else:
            self.put(value)

    def put(self, value: Any) -> None:
        """Keep a value."""
        if isinstance(self.container, list):
            self.container.append(value)
            return
        if self.key is not None:
            self.container[self.key] = value
        self.wants_key = True


def _path(stack: list[_Frame]) -> Path:
    """The path of what is read next."""
    steps = [len(frame.container) if isinstance(frame.container, list) else frame.key for frame in stack[1:]]
    return tuple(step for step in steps if step is not None)
