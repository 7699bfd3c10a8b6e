"""The validated document: what is left of a spec's text once every static fault has been ruled out.

All objects are frozen. Values that may depend on symbols, arguments or shapes are Expressions, literals included.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal

from cnnplan import sizes
from cnnplan.findings import Location
from cnnplan.spec.expressions import Arguments
from cnnplan.spec.values import kind
from cnnplan.spec.words import STRUCTURES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from cnnplan.dtypes import Storage
    from cnnplan.findings import Finding, Place
    from cnnplan.spec.expressions import Expression

__all__ = ["Block", "Entry", "Expectation", "Input", "JoinSpec", "PathSpec", "Repeat", "Spec", "Symbol", "Types"]

NOTHING_SAID = (None,) * 7
"""What an entry says of its wiring that says nothing."""


@dataclass(frozen=True, slots=True)
class Symbol:
    """What may vary.

    Args:
        name: as expressions call it.
        place: where it is declared.
        default: its value where nothing binds it (a choice's value, not its label), None where it has none.
        min, max, multiple_of: the bounds that the spec claims to be legal within, None where it claims none.
        choices: the only values it may have, by label, in the order they are written.
        description: for people.

    Attributes:
        numeric: whether it is a number, rather than a verb, a record, a list, text, a truth value or nothing.
        declared: all that is said of its values, and of which types these are.
    """

    name: str
    place: Place
    default: Any = None
    min: int | Fraction | None = None
    max: int | Fraction | None = None
    multiple_of: int | None = None
    choices: Mapping[str, Any] | None = None
    description: str = ""
    numeric: bool = field(init=False, repr=False, compare=False)
    declared: tuple[Any, Any] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        numbers = (isinstance(value, int | Fraction) and not isinstance(value, bool) for value in self.values)
        object.__setattr__(self, "numeric", all(numbers))
        said = (self.name, self.default, self.min, self.max, self.multiple_of, self.choices)
        object.__setattr__(self, "declared", (said, kind(said)))

    @property
    def claims(self) -> bool:
        """Whether the spec claims to be legal for every declared value, and not just has a default."""
        return any(claim is not None for claim in (self.min, self.max, self.multiple_of, self.choices))

    @property
    def values(self) -> tuple[Any, ...]:
        """Every value that is written down."""
        written = (self.default, self.min, self.max, self.multiple_of, *(self.choices or {}).values())
        return tuple(value for value in written if value is not None)

    @property
    def integer(self) -> bool:
        """Whether every declared value is whole."""
        return self.numeric and all(Fraction(value).denominator == 1 for value in self.values)

    def domain(self) -> sizes.Domain:
        """The numbers it may be; a size is at least 1 unless a declared value is smaller."""
        choices = tuple(self.choices.values()) if self.choices else None
        least = self.min if self.min is not None else min(choices or (*self.values, 1 if self.integer else 0))
        return sizes.Domain(
            min=least,
            max=self.max,
            multiple_of=1 if self.multiple_of is None else self.multiple_of,
            choices=choices,
            integer=self.integer,
        )


@dataclass(frozen=True, slots=True)
class Input:
    """One input of a spec: its extents, and for integer inputs the bound that their values stay below."""

    shape: tuple[Expression, ...]
    dtype: str
    below: Expression | None
    place: Place


@dataclass(frozen=True, slots=True)
class Repeat:
    """How often an entry stands in a row; `count` is a number, or the list that the counter runs through."""

    count: Expression
    counter: str | None = None


@dataclass(frozen=True, slots=True)
class Types:
    """What an entry stores weights and activations in, None where it does not say."""

    weights: Expression | None = None
    activations: Expression | None = None


@dataclass(frozen=True, slots=True)
class JoinSpec:
    """What makes one output of several paths."""

    place: Place
    verb: str = "concat"
    verb_expression: Expression | None = None
    args: Arguments = field(default_factory=Arguments)


@dataclass(frozen=True, slots=True)
class PathSpec:
    """One path of `branches`; where it is repeated, as many paths side by side."""

    layers: tuple[Entry, ...]
    place: Place
    when: Expression | None = None
    from_: tuple[str, ...] | None = None
    name: str | None = None
    repeat: Repeat | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One layer entry.

    Args:
        verb: what it does: an operator, a block, `branches` or `sequence`; the text of the expression otherwise.
        place: where it stands.
        label: the best name known before blocks are unrolled, for messages.
        verb_expression: evaluates to a Verb where the verb is a symbol, an argument or a field.
        args: the arguments by name.
        paths, join: of `branches`.
        body: the entries of `sequence`.
        name, from_, repeat, when, share, ignore, trainable, dtype: the wiring keys.
        origin: what it is called where it comes from, as text; what is in { } in it is evaluated.

    Attributes:
        is_plain: whether it says no more than its verb, its arguments and its name, and no entries are inside of it.
    """

    verb: str
    place: Place
    label: str
    verb_expression: Expression | None = None
    args: Arguments = field(default_factory=Arguments)
    paths: tuple[PathSpec, ...] = ()
    join: JoinSpec | None = None
    body: tuple[Entry, ...] = ()
    name: str | None = None
    from_: tuple[str, ...] | None = None
    repeat: Repeat | None = None
    when: Expression | None = None
    share: str | Literal[True] | None = None
    ignore: tuple[str, ...] = ()
    trainable: bool = True
    dtype: Types | None = None
    origin: Expression | None = None
    is_plain: bool = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        said = (self.verb_expression, self.from_, self.repeat, self.when, self.share, self.dtype, self.origin)
        object.__setattr__(self, "is_plain", said == NOTHING_SAID and self.verb not in STRUCTURES)


@dataclass(frozen=True, slots=True)
class Block:
    """A template of layers.

    Args:
        name: the verb that calls it.
        place: where it is defined.
        args: the default of each argument, None where it must be given.
        defaults: the values of the defaults that are constants.
        inputs: the names of its inputs, () where there is one without a name.
        lists: those of them that are lists of maps.
        layers: its entries.
        outputs: the names of its outputs, () where there is one: the last layer.
        sees_symbols: whether the symbols of the spec are known inside; not in a file that was included.

    Attributes:
        prepared: what its first call made of its entries, for the calls after it.
    """

    name: str
    place: Place
    args: Mapping[str, Expression | None] = field(default_factory=dict)
    defaults: Mapping[str, Any] = field(default_factory=dict)
    inputs: tuple[str, ...] = ()
    layers: tuple[Entry, ...] = ()
    outputs: tuple[str, ...] = ()
    sees_symbols: bool = True
    lists: frozenset[str] = frozenset()
    prepared: list[Any] = field(init=False, default_factory=list, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Expectation:
    """What the design promises: `that`, at the sizes `at`; `text` is how it was written."""

    that: Expression
    text: str
    place: Place
    at: Mapping[str, Expression] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Spec:
    """A network as it is written.

    `frozen` are names and patterns of layers that are not trained, `frozen_at` the entries that say so themselves;
    `dtypes` are types by name or pattern. `until` are the layers that it is looked at up to, by their full names, in
    place of its outputs; they stand in no file.
    `faults` are the errors of a document that was read as far as it goes, `broken` the entries that have one; both are
    empty in a valid spec. `lent` are the files of blocks that are not the user's: a layer of theirs stands where it is
    called. `sources` are the texts by file, its own first. Of a network from another world `remarks` are
    what its reader has to say beside errors, `account` how it understood a layer, and `weights` gives those that its
    file holds, by "origin.weight"; `unread` is how many trained weights it has that no layer is written for, and
    `channels_last` are the layers and inputs whose shapes that world writes so.
    file holds, by "origin.weight". `judged` is what its reader kept of the sizes and operators that it judged, for the
    first plan to go on with. `prepared` is what its first plan made of its entries, for the plans after it,
    and `tools` are the operators that these made of plain numbers.
    """

    file: str
    name: str
    description: str = ""
    dtype: str = "float32"
    symbols: Mapping[str, Symbol] = field(default_factory=dict)
    inputs: Mapping[str, Input] = field(default_factory=dict)
    blocks: Mapping[str, Block] = field(default_factory=dict)
    layers: Sequence[Entry] = ()
    outputs: tuple[str, ...] = ()
    until: tuple[str, ...] = ()
    frozen: tuple[str, ...] = ()
    frozen_at: frozenset[Place] = frozenset()
    dtypes: tuple[tuple[str, Storage], ...] = ()
    expect: tuple[Expectation, ...] = ()
    faults: tuple[Finding, ...] = ()
    broken: frozenset[Place] = frozenset()
    remarks: tuple[Finding, ...] = ()
    weights: Callable[..., Mapping[str, Any]] | None = field(default=None, repr=False, compare=False)
    account: Callable[[str], str] | None = field(default=None, repr=False, compare=False)
    unread: int = 0
    channels_last: frozenset[str] = frozenset()
    judged: list[Any] = field(default_factory=list, repr=False, compare=False)
    prepared: list[Any] = field(init=False, default_factory=list, repr=False, compare=False)
    tools: dict[Any, Any] = field(init=False, default_factory=dict, repr=False, compare=False)
    lent: frozenset[str] = frozenset()
    sources: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)
    locator: Callable[[Place], Location] = field(
        default=lambda place: Location(place.file, 1, 1), repr=False, compare=False
    )

    @property
    def is_library(self) -> bool:
        """Whether it is a file of blocks for others to include, and no network."""
        return not self.layers and not self.inputs

    def arranged(self, name: str, shape: Sequence[Any]) -> tuple[Any, ...]:
        """The axes of what a layer or an input gives in the order in which its own world writes them.

        Args:
            name: of the layer or input.
            shape: its extents as operators have them, channels behind the batch.
        """
        if name in self.channels_last:
            return (shape[0], *shape[2:], shape[1])
        return (*shape,)

    def locate(self, place: Place) -> Location:
        """Where a place stands in its file, included files too."""
        return self.locator(place)
