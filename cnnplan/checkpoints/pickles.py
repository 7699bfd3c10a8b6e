"""The pickle inside a state_dict, read as data: names and shapes, and nothing is imported, called or built.

A pickle is a program for a small machine with a stack. This one knows the few instructions that tables of tensors are
made of; of functions it knows four names, for which it notes what they were given. Anything else is refused by name.
"""

from __future__ import annotations

import pickletools
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Global", "Storage", "Tensor", "unpickled"]

MOST_STEPS: Final = 20_000_000

TABLES: Final = {"collections.OrderedDict"}
TENSORS: Final = {"torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_tensor"}
WRAPPERS: Final = {"torch._utils._rebuild_parameter": 0, "torch._tensor._rebuild_from_type_v2": 2}
"""What wraps a tensor, and where among its arguments that stands."""

VALUES: Final = {"torch.Size": tuple, "builtins.set": list, "__builtin__.set": list}
STORAGES: Final = {
    "DoubleStorage": "float64", "FloatStorage": "float32", "HalfStorage": "float16", "BFloat16Storage": "bfloat16",
    "LongStorage": "int64", "IntStorage": "int32", "ShortStorage": "int16", "CharStorage": "int8",
    "ByteStorage": "uint8", "BoolStorage": "bool", "ComplexFloatStorage": "complex64",
}  # fmt: skip


class Global(NamedTuple):
    """A name that the pickle asks to import; it is not imported."""

    module: str
    name: str

    def __str__(self) -> str:
        return f"{self.module}.{self.name}"


class Storage(NamedTuple):
    """Memory that tensors lie in: its type, the record that holds it, how many elements."""

    dtype: str
    key: str
    elements: int


class Tensor(NamedTuple):
    """A tensor: where it lies in which storage."""

    storage: Storage
    offset: int
    shape: tuple[int, ...]
    stride: tuple[int, ...]


class _Mark:
    """Where a list of operands begins."""


def unpickled(data: bytes) -> Any:
    """What a pickle says, tables as dicts and tensors as Tensor.

    Raises:
        ValueError: it is cut, or asks for anything but tables of tensors and numbers.
    """
    machine = _Machine()
    for count, (opcode, argument, _) in enumerate(pickletools.genops(data)):
        if count > MOST_STEPS:
            raise ValueError(f"it takes more than {MOST_STEPS:,} steps")
        if opcode.name == "STOP":
            return machine.stack.pop()
        try:
            machine.step(opcode.name, argument)
        except (IndexError, KeyError, TypeError) as error:
            raise ValueError(f"it is no sound pickle: {opcode.name}: {error}") from None
    raise ValueError("it has no end: the file was cut")


class _Machine:
    """The stack, and what was put aside."""

    def __init__(self) -> None:
        self.stack: list[Any] = []
        self.memo: dict[int, Any] = {}
        self.copied = 0

    def step(self, name: str, argument: Any) -> None:
        if name in _CONSTANTS:
            self.stack.append(_CONSTANTS[name]())
        elif name in _ARGUMENTS:
            self.stack.append(argument)
        elif name in _MOVES:
            _MOVES[name](self, argument)
        elif name not in ("PROTO", "FRAME"):
            raise ValueError(
                f"it holds an object that only running it would build ({name}): it is not run; save a state_dict"
            )

    def marked(self) -> list[Any]:
        """What lies above the last mark, which goes too."""
        at = next(i for i in range(len(self.stack) - 1, -2, -1) if i < 0 or isinstance(self.stack[i], _Mark))
        items = self.stack[at + 1 :]
        if at < 0:
            raise IndexError("there is no mark")
        del self.stack[at:]
        return items

    def put(self, argument: Any) -> None:
        self.memo[int(argument)] = self.stack[-1]

    def memoize(self, _: Any) -> None:
        self.memo[len(self.memo)] = self.stack[-1]

    def get(self, argument: Any) -> None:
        self.stack.append(self.memo[int(argument)])

    def pop(self, _: Any) -> None:
        self.stack.pop()

    def name(self, argument: str) -> None:
        module, _, name = argument.partition(" ")
        self.stack.append(Global(module, name))

    def stacked_name(self, _: Any) -> None:
        module, name = self.stack[-2:]
        self.stack[-2:] = [Global(str(module), str(name))]

    def marked_tuple(self, _: Any) -> None:
        items = self.marked()
        self.stack.append(tuple(items))

    def marked_list(self, _: Any) -> None:
        self.stack.append(self.marked())

    def marked_dict(self, _: Any) -> None:
        items = self.marked()
        self.stack.append(_table(items))

    def append(self, _: Any) -> None:
        item = self.stack.pop()
        self.stack[-1].append(item)

    def appends(self, _: Any) -> None:
        items = self.marked()
        self.stack[-1].extend(items)

    def set_item(self, _: Any) -> None:
        pair = self.stack[-2:]
        del self.stack[-2:]
        self.stack[-1].update(_table(pair))

    def set_items(self, _: Any) -> None:
        items = self.marked()
        self.stack[-1].update(_table(items))

    def build(self, _: Any) -> None:
        """Attributes of a table, such as the versions of its modules, are left out."""
        self.stack.pop()
        if not isinstance(self.stack[-1], dict | Tensor):
            raise TypeError(f"attributes of a {type(self.stack[-1]).__name__}")

    def storage(self, _: Any) -> None:
        """`("storage", FloatStorage, key, device, elements)`."""
        kind, storage, key, _device, elements = self.stack.pop()
        if kind != "storage" or str(storage.module) != "torch" or storage.name not in STORAGES:
            raise ValueError(f"it holds a {storage}, which is no storage of numbers that is known")
        self.stack.append(Storage(STORAGES[storage.name], str(key), int(elements)))

    def reduce(self, _: Any) -> None:
        """What a function would give, for the functions that are known; nothing is called."""
        given = self.stack.pop()
        function = str(self.stack.pop())
        self.copied += sum(len(item) for item in given if isinstance(item, list | tuple | dict))
        if self.copied > MOST_STEPS:
            raise ValueError(f"it takes more than {MOST_STEPS:,} steps")
        if function in TABLES:
            self.stack.append(_table([item for pair in (given[0] if given else ()) for item in pair]))
        elif function in TENSORS:
            storage, offset, shape, stride = given[:4]
            self.stack.append(Tensor(storage, offset, tuple(shape), tuple(stride)))
        elif function in WRAPPERS:
            self.stack.append(_wrapped(function, given))
        elif function in VALUES:
            self.stack.append(VALUES[function](*given))
        else:
            raise ValueError(f"it asks to run {function}, which no table of tensors needs: it is not run")


def _table(items: list[Any]) -> dict[Any, Any]:
    """Keys and values in turn; a key is a text or a number."""
    if not all(isinstance(key, str | int) for key in items[::2]):
        raise TypeError("a key is neither text nor number")
    return dict(zip(items[::2], items[1::2], strict=True))


def _wrapped(function: str, given: tuple[Any, ...]) -> Any:
    inner = given[WRAPPERS[function]]
    if isinstance(inner, Tensor):
        return inner
    storage, offset, shape, stride = inner[:4]
    return Tensor(storage, offset, tuple(shape), tuple(stride))


def _tuple(count: int) -> Callable[[_Machine, Any], None]:
    def move(machine: _Machine, _: Any) -> None:
        items = tuple(machine.stack[-count:])
        if len(items) < count:
            raise IndexError("the stack is empty")
        machine.stack[-count:] = [items]

    return move


_CONSTANTS: Final[dict[str, Callable[[], Any]]] = {
    "NONE": lambda: None, "NEWTRUE": lambda: True, "NEWFALSE": lambda: False, "EMPTY_DICT": dict, "EMPTY_LIST": list,
    "EMPTY_TUPLE": tuple, "EMPTY_SET": list, "MARK": _Mark,
}  # fmt: skip
_ARGUMENTS: Final = {
    *("BININT", "BININT1", "BININT2", "INT", "LONG", "LONG1", "LONG4", "FLOAT", "BINFLOAT", "UNICODE", "BINUNICODE"),
    *("SHORT_BINUNICODE", "BINUNICODE8", "STRING", "BINSTRING", "SHORT_BINSTRING", "BINBYTES", "SHORT_BINBYTES"),
}
_MOVES: Final[dict[str, Callable[[_Machine, Any], None]]] = {
    "BINPUT": _Machine.put, "LONG_BINPUT": _Machine.put, "PUT": _Machine.put, "MEMOIZE": _Machine.memoize,
    "BINGET": _Machine.get, "LONG_BINGET": _Machine.get, "GET": _Machine.get, "POP": _Machine.pop,
    "GLOBAL": _Machine.name, "STACK_GLOBAL": _Machine.stacked_name, "REDUCE": _Machine.reduce,
    "TUPLE": _Machine.marked_tuple, "TUPLE1": _tuple(1), "TUPLE2": _tuple(2), "TUPLE3": _tuple(3),
    "LIST": _Machine.marked_list, "DICT": _Machine.marked_dict, "APPEND": _Machine.append,
    "APPENDS": _Machine.appends, "ADDITEMS": _Machine.appends, "SETITEM": _Machine.set_item,
    "SETITEMS": _Machine.set_items, "BUILD": _Machine.build, "BINPERSID": _Machine.storage,
}  # fmt: skip
