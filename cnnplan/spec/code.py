"""Code where a spec is wanted: `Conv2d(3, 64)`, `x + y`, arguments without names, and what to write instead."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from cnnplan import ops
from cnnplan.lazy import pattern
from cnnplan.spec import answers

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = ["MAIN", "example", "instead", "joins", "main", "row", "sources", "typed", "unnamed"]

MAIN: Final = {
    "adaptive_avg_pool": ("output_size",),
    "adaptive_max_pool": ("output_size",),
    "avg_pool": ("kernel_size", "stride", "padding"),
    "batch_norm": (),
    "chunk": ("chunks", "dim"),
    "concat": ("dim",),
    "conv": ("out_channels", "kernel_size", "stride", "padding"),
    "conv_transpose": ("out_channels", "kernel_size", "stride", "padding"),
    "crop": ("size",),
    "drop_path": ("p",),
    "dropout": ("p",),
    "einsum": ("equation",),
    "embedding": ("num_embeddings", "embedding_dim"),
    "flatten": ("start_dim", "end_dim"),
    "gather": ("index",),
    "group_norm": ("num_groups",),
    "gru": ("hidden_size", "num_layers"),
    "instance_norm": (),
    "layer_norm": ("normalized_shape",),
    "leaky_relu": ("negative_slope",),
    "linear": ("out_features",),
    "lstm": ("hidden_size", "num_layers"),
    "max_pool": ("kernel_size", "stride", "padding"),
    "multi_head_attention": ("num_heads",),
    "rnn": ("hidden_size", "num_layers"),
    "slice": ("start", "end"),
    "softmax": ("dim",),
    "split": ("sections", "dim"),
    "upsample": ("scale_factor",),
}
"""The arguments that are written without their names elsewhere, in that order; of other verbs those that they need."""

WHOLE: Final = frozenset({"avg_pool", "max_pool", "split"})
"""The verbs of which a list is one argument."""

TOLD: Final = frozenset(
    {
        *("conv", "conv_transpose", "linear", "batch_norm", "instance_norm"),
        *("lstm", "gru", "rnn", "multi_head_attention"),
    }
)
"""The layers of PyTorch that are told first what comes in."""

KERNEL: Final = 13
"""A number greater than this is no kernel, so that what stands before it is what comes in."""

KINDS: Final = frozenset({"type", "op", "layer", "class", "classname", "module", "operator", "kind"})
"""The keys under which others write the verb, as they sound."""

_CALL: Final = pattern(r"\s*([A-Za-z_][\w.]*)\s*\((.*)\)\s*", re.DOTALL)
_NAMED: Final = pattern(r"\s*([A-Za-z_]\w*)\s*=\s*(?!=)(.*?)\s*", re.DOTALL)
_ARITHMETIC: Final = pattern(r"([A-Za-z_]\w*)\s*([-+*/@])\s*([A-Za-z_]\w*)")
_JOINS: Final = {"+": "add", "-": "subtract", "*": "multiply", "/": "divide", "@": "matmul"}
_TRUTHS: Final = {"True": "true", "False": "false", "None": "null"}


def instead(text: str, verbs: Iterable[str]) -> str:
    """What to write for a line of code that stands where a verb is wanted; "" where it is none that is known."""
    if re.match(r"\s*(for|while)\b", text):
        return "a spec has no loops: write repeat: {i: 3} beside a verb, and its copies see i = 0, 1, 2"
    if match := _ARITHMETIC.fullmatch(text.strip()):
        return f"write `{_JOINS[match[2]]}:` with `from: [{match[1]}, {match[3]}]` below it"
    if re.fullmatch(r"\s*[A-Za-z_]\w*\s*\[.*\]\s*", text):
        return "write slice: {dim: 1, start: 0, end: 4}, or gather: {dim: 1, index: [0, 2]}"
    match = _CALL.fullmatch(text)
    return called(match[1], match[2], tuple(verbs)) if match else ""


def called(word: str, inside: str, verbs: Sequence[str]) -> str:
    """What to write for a layer that is called with arguments."""
    verb = answers.named(word, verbs)
    if not verb:
        return answers.verb(word, verbs)
    known = list(ops.OPERATORS[verb].model_fields) if verb in ops.OPERATORS else []
    given: list[str] = []
    named: dict[str, str] = {}
    behind = ""
    for piece in _pieces(inside):
        if match := _NAMED.fullmatch(piece):
            name = match[1] if match[1] in known else answers.renamed(match[1], known)
            named |= {name: spelled(match[2])} if name else {}
            behind = spelled(match[2]) if match[1] == "activation" else behind
        else:
            given.append(spelled(piece))
    keras = re.search(r"\dD", word) is not None or "units" in inside or "filters" in inside
    if verb in TOLD and not keras and (len(given) > 1 or not main(verb, known)):
        del given[:1]
    pairs = {**dict(zip(main(verb, known), given, strict=False)), **named}
    more = f", and - {behind} behind it" if behind and behind != "null" else ""
    return (
        f"write {verb}: {{{', '.join(f'{name}: {value}' for name, value in pairs.items())}}}{more}"
        if pairs
        else (f"write {verb}")
    )


def main(verb: str, known: Iterable[str], needed: Iterable[str] = ()) -> tuple[str, ...]:
    """The arguments that are written without their names, as far as the verb has them."""
    names = [name for name in MAIN[verb] if name in known] if verb in MAIN else [*needed] or [*known][:1]
    return tuple(names)


def example(verb: str, data: Any, known: Mapping[str, bool]) -> str:
    """The arguments of a verb that were written without their names, with them: `{out_channels: 8, kernel_size: 3}`."""
    values = _listed(data)
    pairs = [_NAMED.fullmatch(value) for value in values]
    if values and all(pairs):
        return _braced({match[1]: spelled(match[2]) for match in pairs if match})
    names = main(verb, known, [name for name, required in known.items() if required])
    if not names or (len(values) == 1 and values[0] in ("true", "false")):
        return "{}"
    if verb in TOLD and len(values) > 1 and (len(values) > len(names) or (verb != "linear" and _is_wide(values[1]))):
        values = values[1:]
    alone = len(values) > 1 and (verb in WHOLE or len(values) > len(names) or len(names) == 1)
    return _braced({names[0]: f"[{', '.join(values)}]"} if alone else dict(zip(names, values, strict=False)))


def joins(verb: str) -> bool:
    """Whether a verb reads several inputs."""
    operator = ops.OPERATORS.get(verb)
    return operator is not None and (operator.arity[1] is None or operator.arity[0] > 1)


def sources(verb: str, data: Any) -> tuple[str, ...]:
    """The layers that stand where the arguments of a verb of several inputs do; () where there are none."""
    if not joins(verb):
        return ()
    names = data if isinstance(data, list) else [data]
    if not all(isinstance(name, str) and re.fullmatch(r"[A-Za-z_][\w.]*", name) for name in names):
        return ()
    return tuple(names) if len(names) > 1 else ("prev", *names)


def spelled(text: str) -> str:
    """A value of Python as YAML has it."""
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        text = text[1:-1]
    if text.startswith("(") and text.endswith(")") and "," in text:
        return f"[{', '.join(map(spelled, filter(None, _pieces(text[1:-1]))))}]"
    return _TRUTHS.get(text, text)


def unnamed(key: str) -> str:
    """What to write for an argument that is `kernel_size=3`, or a value without a name; "" for any other."""
    if match := _NAMED.fullmatch(key):
        return f"arguments are written with a colon: write {match[1]}: {spelled(match[2])}"
    if "->" in key:
        return 'a comma tears a text apart: write it in quotes, as in equation: "nqd,nkd->nqk"'
    return f"every argument has a name: write name: {key}" if re.fullmatch(r"[\d.\[(-].*", key) else ""


def typed(data: Mapping[str, Any], verbs: Iterable[str]) -> str:
    """What to write for `type: conv` with its arguments beside it."""
    known = list(verbs)
    verb = next((value for key, value in data.items() if answers.sound(key) in KINDS and isinstance(value, str)), "")
    verb = answers.named(verb, known)
    told = {key: value for key, value in data.items() if answers.sound(key) not in KINDS}
    return f"write `- {verb}: {_braced(told)}`" if verb else ""


def row(data: Sequence[Any]) -> str:
    """What to write for a list that stands where an entry does."""
    if data and isinstance(data[0], str):
        told = data[1] if len(data) > 1 and isinstance(data[1], dict) else None
        return f"write `- {data[0]}: {_braced(told)}`" if told else f"write `- {data[0]}`"
    if len(data) > 2 and isinstance(data[2], str):  # noqa: PLR2004 - from, repeats, module
        return (
            "rows of from, repeats, module and arguments are read from a file with backbone and head, and nothing else"
        )
    return ""


def _listed(data: Any) -> list[str]:
    """The values that were written, as texts."""
    if isinstance(data, list):
        return [answers.written(each) for each in data]
    if isinstance(data, str):
        inner = data.strip()
        inner = inner[1:-1] if inner[:1] in "[(" and inner[-1:] in "])" else inner
        return [*map(spelled, _pieces(inner))] if re.search(r"=|^[\d\s,.-]+$", inner) else [_quoted(inner)]
    return [answers.written(data)]


def _quoted(text: str) -> str:
    """A text as it is written as a value: in quotes where it holds what YAML reads otherwise."""
    return f'"{text}"' if re.search(r"[,\[\]{}:#]|->", text) else text


def _braced(pairs: Mapping[Any, Any]) -> str:
    shown = ", ".join(
        f"{name}: {value if isinstance(value, str) else answers.written(value)}" for name, value in pairs.items()
    )
    return f"{{{shown}}}"


def _is_wide(text: str) -> bool:
    return text.isdigit() and int(text) > KERNEL


def _pieces(text: str) -> list[str]:
    """What stands between the commas that are in no bracket."""
    found, depth = [""], 0
    for char in text:
        depth += (char in "([{") - (char in ")]}")
        if char == "," and depth == 0:
            found.append("")
        else:
            found[-1] += char
    return [piece.strip() for piece in found if piece.strip()]
