"""What stands in the config of a model: its layers' names, its inputs, the tensors that a call reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["DEEPEST", "MODELS", "dtype_of", "given_to", "is_moved", "layer_name", "ordered_inputs", "tensors_of"]

MODELS: Final = ("Functional", "Sequential", "Model")
FIRST: Final = "channels_first"
TENSOR: Final = "__keras_tensor__"
DEEPEST: Final = 16
"""How many models may stand in each other."""


def layer_name(layer: dict[str, Any]) -> str:
    """The name of a layer."""
    return str(layer.get("name") or (layer.get("config") or {}).get("name"))


def dtype_of(config: dict[str, Any]) -> str:
    """The type of an input: of whole numbers or short ones where the config says so."""
    dtype = config.get("dtype", "float32")
    return dtype if dtype in ("int32", "int64", "float16", "bfloat16") else "float32"


def ordered_inputs(data: dict[str, Any]) -> list[dict[str, Any]]:
    """The input layers of a model, in the order of its arguments."""
    config = data["config"]
    found = {layer_name(each): each for each in config["layers"] if each.get("class_name") == "InputLayer"}
    ordered = config.get("input_layers") or []
    ordered = [ordered] if ordered and isinstance(ordered[0], str) else ordered
    names = [str(each[0]) for each in ordered if isinstance(each, list) and each]
    if data.get("class_name") == "Sequential" and not found:
        shape = (data.get("build_config") or {}).get("input_shape")
        return [{"class_name": "InputLayer", "config": {"name": "input", "batch_shape": shape}}] if shape else []
    return [found[name] for name in names if name in found] or list(found.values())


def is_moved(shape: tuple[Any, ...], data: dict[str, Any]) -> bool:
    """Whether an input is an image whose channels are put behind the batch."""
    return len(shape) > 3 and not _is_first(data)  # noqa: PLR2004


def _is_first(data: Any, level: int = 0) -> bool:
    """Whether the layers of a model put channels first themselves."""
    for layer in data["config"].get("layers") or ():
        config = layer.get("config") or {}
        if config.get("data_format") == FIRST:
            return True
        nested = layer.get("class_name") in MODELS and level < DEEPEST and isinstance(config.get("layers"), list)
        if nested and _is_first(layer, level + 1):
            return True
    return False


def tensors_of(data: Any) -> Iterator[tuple[tuple[str, int, int], Any]]:
    """The tensors in the arguments of a call, in order, with the shapes that the config notes."""
    stack = [data.get("kwargs"), data.get("args")] if isinstance(data, dict) and "args" in data else [data]
    while stack:
        item = stack.pop()
        if isinstance(item, dict) and item.get("class_name") == TENSOR:
            name, node, tensor = item["config"]["keras_history"]
            yield (str(name), int(node), int(tensor)), item["config"].get("shape")
        elif isinstance(item, dict):
            stack.extend(reversed(list(item.values())))
        elif isinstance(item, list):
            stack.extend(reversed(item))


def given_to(node: Any) -> list[Any]:
    """The arguments of a call, tensors as None."""
    args = node.get("args") or []
    return [None if isinstance(each, dict | list) else each for each in args]
