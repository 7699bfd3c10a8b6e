"""A module from the function that builds it, `package.module:factory`, on the meta device: no weight takes memory."""

from __future__ import annotations

import copy
import importlib
import inspect
import re
import sys
import warnings
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cnnplan.errors import MissingExtra, UsageError
from cnnplan.spec.words import did_you_mean
from cnnplan.translation.torch.places import place

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["FACTORY", "built", "gave", "on_meta"]

FACTORY: Final = re.compile(r"((?:[A-Za-z_]\w*\.)*[A-Za-z_]\w*|.*\.py):([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)")
"""`package.module:name`, or `net.py:name`."""


def built(text: str, arguments: Mapping[str, Any]) -> Any:
    """The module that a factory gives, on the meta device and in eval mode.

    Args:
        text: `package.module:name`; importing the module runs it.
        arguments: what the factory is called with.

    Raises:
        MissingExtra: PyTorch is not installed.
        UsageError: there is no such factory, it raises, or it gives no module.
    """
    try:
        import torch  # noqa: PLC0415 - an extra
    except ImportError:
        raise MissingExtra("a network in PyTorch", "torch", "torch") from None
    found = _found(text)
    if isinstance(found, torch.nn.Module):
        return on_meta(found)
    if not callable(found):
        raise UsageError(f"{text} is {kind(found)}, and no function or class that gives an nn.Module")
    return gave(text, found, arguments)


def gave(text: str, found: Any, arguments: Mapping[str, Any]) -> Any:
    """The module that a function gives, on the meta device and in eval mode.

    Raises:
        UsageError: it wants other arguments, raises, or gives no module.
    """
    import torch  # noqa: PLC0415 - the caller knows that it is there

    _refuse_missing(text, found, arguments)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        module = _called(text, found, arguments)
    if not isinstance(module, torch.nn.Module):
        raise UsageError(f"{text} gives {kind(module)}, and no nn.Module")
    for part in module.modules():
        for own in (part._parameters, part._buffers):  # noqa: SLF001 - PyTorch moves no lazy ones
            own.update({name: _without_numbers(each) for name, each in own.items() if _is_lazy(each)})
    return _evaluated(text, module.to("meta"))


def _called(text: str, found: Any, arguments: Mapping[str, Any]) -> Any:
    """What the factory gives: on meta, or, where it needs numbers as it builds, with numbers."""
    import torch  # noqa: PLC0415 - the caller knows that it is there

    try:
        with torch.device("meta"):
            return found(**arguments)
    except (Exception, SystemExit) as first:  # noqa: BLE001 - whatever it raises
        told = f"{type(first).__name__}: {first}"
    try:
        return found(**arguments)
    except Exception as error:
        told = f"{type(error).__name__}: {error}" if str(error) else told
        raise UsageError(f"{text}({_shown(arguments)}) raises {told}"[:2000] + _at(error)) from error
    except SystemExit as error:
        raise UsageError(f"{text}({_shown(arguments)}) ends the program{_at(error)}") from error


def on_meta(module: Any) -> Any:
    """A copy of a module without its numbers, in eval mode; the module stays as it is."""
    memo: dict[int, Any] = {}
    for each in (*module.parameters(), *module.buffers(), *_computed(module)):
        memo[id(each)] = _without_numbers(each)
    return _evaluated(type(module).__name__, copy.deepcopy(module, memo))


def _without_numbers(tensor: Any) -> Any:
    """A tensor or parameter on the meta device; a lazy one stays lazy."""
    import torch  # noqa: PLC0415 - the caller knows that it is there

    if _is_lazy(tensor):
        return type(tensor)(device="meta")
    there = tensor.detach().to("meta")
    is_parameter = isinstance(tensor, torch.nn.Parameter)
    return torch.nn.Parameter(there, requires_grad=tensor.requires_grad) if is_parameter else there


def _is_lazy(tensor: Any) -> bool:
    """Whether its shape is not known before the first run."""
    from torch.nn.parameter import UninitializedTensorMixin  # noqa: PLC0415 - the caller knows that it is there

    return isinstance(tensor, UninitializedTensorMixin)


def _computed(module: Any) -> Iterator[Any]:
    """The tensors that modules keep of what they computed of parameters, which PyTorch does not copy."""
    for part in module.modules():
        yield from (value for value in vars(part).values() if getattr(value, "grad_fn", None) is not None)


def _evaluated(text: str, module: Any) -> Any:
    """A module in eval mode.

    Raises:
        UsageError: it is an exported program, or another that has no modes.
    """
    try:
        return module.eval()
    except NotImplementedError as error:
        told = f"{text} cannot be set to eval mode ({error})"
        raise UsageError(
            f"{told}: give the module that it was made of, or its file as torch.onnx.export wrote it"
        ) from None


def kind(value: Any) -> str:
    """`an int`, `a dict`."""
    name = type(value).__name__
    return f"{'an' if name[:1].lower() in set('aeiou') else 'a'} {name}"


def _at(error: BaseException) -> str:
    """Where it came about, in brackets."""
    where = place(error)
    return f" ({where})" if where else ""


def _shown(arguments: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={value!r}" for name, value in arguments.items())


def _refuse_missing(text: str, found: Any, arguments: Mapping[str, Any]) -> None:
    """Say which arguments a factory wants, before it says so itself."""
    try:
        signature = inspect.signature(found)
    except (TypeError, ValueError):
        return
    try:
        signature.bind(**arguments)
    except TypeError as error:
        takes = f"it takes ({', '.join(map(str, signature.parameters.values()))[:400]})"
        unknown = [name for name in arguments if name not in signature.parameters]
        if unknown:
            near = did_you_mean(unknown[0], list(signature.parameters))
            raise UsageError(f"{text} has no argument {unknown[0]}: {takes}{near}") from None
        asked = str(error).removeprefix("missing a required argument: ").strip("'")
        raise UsageError(f"{text} asks for {asked}: give it as --with {asked}=VALUE; {takes}") from None


def _found(text: str) -> Any:
    match = FACTORY.fullmatch(text)
    if match is None:
        raise UsageError(f"{text}: write package.module:name")
    with _importable():
        module = _module(match[1], text)
    found: Any = module
    for name in match[2].split("."):
        if not hasattr(found, name):
            near = did_you_mean(name, [each for each in dir(found) if not each.startswith("_")])
            raise UsageError(f"{match[1]} has no {name}{near}")
        found = getattr(found, name)
    return found


def _module(name: str, text: str) -> Any:
    """Import a module; whatever goes wrong in it is said."""
    try:
        if name.endswith(".py"):
            return _of_file(Path(name))
        return importlib.import_module(name)
    except UsageError:
        raise
    except ModuleNotFoundError as error:
        raise UsageError(f"{text}: there is no module {error.name}: install it, or run where it is found") from None
    except SystemExit as error:
        raise UsageError(f"{text}: importing {name} ends the program{_at(error)}") from error
    except SyntaxError as error:
        raise UsageError(f"{text}: importing {name} raises {type(error).__name__}: {error}"[:2000]) from error
    except Exception as error:
        raise UsageError(
            f"{text}: importing {name} raises {type(error).__name__}: {error}"[:2000] + _at(error)
        ) from error


def _of_file(path: Path) -> Any:
    from importlib.util import module_from_spec, spec_from_file_location  # noqa: PLC0415 - rarely needed

    if not path.is_file():
        raise UsageError(f"{path}: there is no such file")
    spec = spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise UsageError(f"{path}: is no Python file")
    module = module_from_spec(spec)
    sys.modules.setdefault(path.stem, module)
    spec.loader.exec_module(module)
    return module


@contextmanager
def _importable() -> Iterator[None]:
    """Let modules of the working folder be found, as `python -m` does."""
    here = str(Path.cwd())
    added = here not in sys.path
    if added:
        sys.path.insert(0, here)
    try:
        yield
    finally:
        if added:
            sys.path.remove(here)
