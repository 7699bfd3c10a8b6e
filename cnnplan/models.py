"""Models: frozen classes of fields, read by pydantic's core alone as long as nobody asks for more.

The annotation of a field holds a Reader. pydantic_core puts the readers of a class together, calls them, and raises all
that is wrong with values at once, as it does for pydantic's own models; methods that those have are called as there.
The rest of pydantic, which takes longer to import than a spec to check, is asked for the JSON Schema of a model: then a
model of its own is made, of the same fields and readers.
"""

from __future__ import annotations

import sys
from inspect import get_annotations
from typing import (
    TYPE_CHECKING,
    Any,
    ClassVar,
    Generic,
    NamedTuple,
    NoReturn,
    Self,
    TypeVar,
    dataclass_transform,
    get_args,
)

from cnnplan.lazy import pydantic, pydantic_core

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pydantic import BaseModel, GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic_core import SchemaValidator, core_schema

__all__ = ["Field", "Model", "Reader", "field"]

REQUIRED: Any = ...
"""The default of a field that must be given."""


class Reader:
    """How the values of a field are read, and what an editor is told of them."""

    __slots__ = ()

    read: Callable[[Any], Any]
    """Gives the value in its normal form, or raises what `refuse` does."""
    schema: dict[str, Any]
    """The same as JSON Schema."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        """Let pydantic call `read` and nothing else."""
        del source, handler
        return pydantic_core.core_schema.no_info_plain_validator_function(self.read)

    def __get_pydantic_json_schema__(
        self, core: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Tell an editor."""
        del core, handler
        return dict(self.schema)


def refuse(cause: str, kind: str = "argument") -> NoReturn:
    """Raise the cause in the form in which pydantic hands it on as it is."""
    raise pydantic_core.PydanticCustomError(kind, cause)


class Field(NamedTuple):
    """What is known of a field, under the names that pydantic has for it."""

    default: Any = REQUIRED
    description: str | None = None
    alias: str | None = None
    annotation: Any = None
    reader: Any = None
    is_optional: bool = False

    def is_required(self) -> bool:
        """Whether it must be given."""
        return self.default is REQUIRED


def field(*, default: Any = REQUIRED, description: str | None = None, alias: str | None = None) -> Any:
    """What a class says of a field beside its annotation: its default, what it is for, how it is called outside."""
    return Field(default, description, alias)


def _fields(of: type[Model]) -> dict[str, Field]:
    annotations = {}
    for each in reversed(of.__mro__):
        for name, annotation in _annotated(each):
            annotations[name] = (annotation, each)
    return {name: _field(of, name, *found) for name, found in annotations.items()}


def _annotated(of: type) -> Iterator[tuple[str, str]]:
    """The fields that a class annotates itself."""
    for name, annotation in get_annotations(of).items():
        if name[0] != "_" and not annotation.startswith("ClassVar"):
            yield name, annotation


def _field(of: type[Model], name: str, annotation: str, where: type) -> Field:
    """A field by its annotation in a class, and by what it is set to there or in a class that is made of it."""
    kind = eval(annotation, vars(sys.modules[where.__module__]))  # noqa: S307 - written in our own classes
    said = getattr(of, name, REQUIRED)
    given = said if isinstance(said, Field) else Field(said)
    notes = [note for part in (kind, *get_args(kind)) for note in getattr(part, "__metadata__", ())]
    reader = next(note for note in notes if isinstance(note, Reader))
    about = given.description or next((note.description for note in notes if isinstance(note, Field)), None)
    return Field(given.default, about, given.alias, kind, reader, type(None) in get_args(kind))


def _validator(of: type[Model]) -> SchemaValidator:
    """What reads the values of a class: a dictionary of them in, one by field out."""
    schemas = pydantic_core.core_schema
    fields = {
        name: schemas.model_field(_schema(each), validation_alias=each.alias) for name, each in _fields(of).items()
    }
    config = schemas.CoreConfig(title=of.__name__, extra_fields_behavior="forbid")
    return pydantic_core.SchemaValidator(schemas.model_fields_schema(fields), config)


def _schema(field: Field) -> core_schema.CoreSchema:
    schemas = pydantic_core.core_schema
    read: core_schema.CoreSchema = schemas.no_info_plain_validator_function(field.reader.read)
    read = schemas.nullable_schema(read) if field.is_optional else read
    return read if field.is_required() else schemas.with_default_schema(read, default=field.default)


def _pydantic_model(of: type[Model]) -> type[BaseModel]:
    """The model of pydantic with the same fields and readers."""
    fields: dict[str, Any] = {
        name: (each.annotation, pydantic.Field(each.default, description=each.description, alias=each.alias))
        for name, each in of.model_fields.items()
    }
    config = pydantic.ConfigDict(frozen=True, extra="forbid")
    made: type[BaseModel] = pydantic.create_model(
        of.__name__, __config__=config, __doc__=of.__doc__, __module__=of.__module__, **fields
    )
    return made


T = TypeVar("T")


class Once(Generic[T]):
    """What is made of a class when it is first asked for.

    Args:
        make: makes it.
    """

    def __init__(self, make: Callable[[type[Model]], T]) -> None:
        self._make = make
        self._known: dict[type[Model], T] = {}

    def __get__(self, _: Any, owner: type[Model]) -> T:
        found = self._known.get(owner)
        if found is None:
            found = self._known[owner] = self._make(owner)
        return found


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(field,))
class Model:
    """A frozen class of fields; two with the same values are equal.

    Raises:
        pydantic_core.ValidationError: values are refused, missing, or not known.
    """

    model_fields: ClassVar = Once(_fields)
    """The fields by name, those of the classes that it is made from first."""
    _validator: ClassVar = Once(_validator)
    _pydantic: ClassVar = Once(_pydantic_model)

    def __init__(self, /, **given: Any) -> None:
        values, _, _ = self._validator.validate_python(given)
        self.__dict__.update(values)

    @classmethod
    def model_validate(cls, given: Mapping[str, Any]) -> Self:
        """The model of these values."""
        return cls(**given)

    @classmethod
    def model_construct(cls, **values: Any) -> Self:
        """A model of these values as they are, unread."""
        made = cls.__new__(cls)
        defaults = {name: each.default for name, each in cls.model_fields.items() if not each.is_required()}
        made.__dict__.update(defaults | values)
        return made

    def model_copy(self, *, update: Mapping[str, Any] | None = None) -> Self:
        """A copy, with these values in the place of its own."""
        copied = self.__copy__()
        copied.__dict__.update(update or {})
        return copied

    def model_dump(self, *, exclude_defaults: bool = False) -> dict[str, Any]:
        """The values by name; those that are not as they are by default."""
        values = {name: self.__dict__[name] for name in self.model_fields}
        fields = self.model_fields
        return {name: each for name, each in values.items() if not exclude_defaults or each != fields[name].default}

    @classmethod
    def model_json_schema(cls) -> dict[str, Any]:
        """The JSON Schema of its values."""
        return cls._pydantic.model_json_schema()

    def __copy__(self) -> Self:
        """A copy without what follows from the values, since others may follow."""
        copied = object.__new__(type(self))
        copied.__dict__.update(self._own())
        return copied

    def _own(self) -> dict[str, Any]:
        """The values, and what it notes of itself under names with an underscore."""
        fields = self.model_fields
        return {name: each for name, each in self.__dict__.items() if name in fields or name[0] == "_"}

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self.__dict__ == other.__dict__ or self._own() == other._own()

    def __hash__(self) -> int:
        values = self.__dict__
        return hash(tuple([values[name] for name in self.model_fields]))

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen: {name} cannot be set")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={each!r}' for name, each in self.model_dump().items())})"
