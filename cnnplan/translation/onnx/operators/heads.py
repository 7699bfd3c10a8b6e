"""Attention as onnxruntime makes it of several layers when it optimizes a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.translation.onnx.contents import decimal
from cnnplan.translation.onnx.operators.attention import HEADS, attended, joined, split
from cnnplan.translation.onnx.operators.elementwise import layers
from cnnplan.translation.onnx.operators.products import linear, transposed
from cnnplan.translation.onnx.refusals import NotUnderstood

if TYPE_CHECKING:
    from cnnplan.translation.onnx.job import Job
    from cnnplan.translation.onnx.values import Value


def attention_(job: Job) -> None:
    """Attention: one product for queries, keys and values, attention in heads."""
    if job.has(4):
        raise NotUnderstood("keys and values of before, input past")
    job.unused(1)
    job.wants("do_rotary", job.whole("do_rotary"), 0)
    weight = job.value(1)
    if not weight.is_weight:
        raise NotUnderstood("weights that are computed, input weights")
    y = linear(job, job.as_layer(job.value()), transposed(weight), job.value(2) if job.has(2) else None)
    widths = job.wholes("qkv_hidden_sizes") or [weight.shape[1] // 3] * 3
    starts = [sum(widths[:place]) for place in range(4)]
    parts = [
        job.layer("slice", {"dim": 2, "start": a, "end": b}, [y], tag=name)
        for name, a, b in zip(("query", "key", "value"), starts, starts[1:], strict=False)
    ]
    job.give(_in_heads(job, parts, 3, 5))


def multiheadattention_(job: Job) -> None:
    """MultiHeadAttention: queries, keys and values that are given, and a bias of all three."""
    if job.has(6) or job.has(7):
        raise NotUnderstood("keys and values of before, inputs past_key and past_value")
    job.unused(1, 2, 3)
    parts = [job.as_layer(job.value(index)) for index in range(3)]
    if any(len(part.shape) != 3 for part in parts):  # noqa: PLR2004 - (N, L, features)
        raise NotUnderstood("queries, keys and values in one tensor")
    if job.has(3):
        ends = [0]
        for part in parts:
            ends.append(ends[-1] + part.shape[-1])
        parts = [
            job.layer("add", {}, layers(job, [part, _piece(job.value(3), a, b)]), tag=f"bias{place}")
            for place, (part, a, b) in enumerate(zip(parts, ends, ends[1:], strict=False))
        ]
    job.give(_in_heads(job, parts, 4, 5))


def _piece(value: Value, start: int, end: int) -> Value:
    """A part of a vector of the file."""
    if value.layer:
        raise NotUnderstood("a bias that is computed, input bias")
    return value.rearranged((end - start,), lambda array: array[start:end], f"{value.name}[{start}:{end}]")


def _in_heads(job: Job, parts: list[Value], padding: int, bias: int) -> Value:
    """Attention in heads, with what is hidden and what is added."""
    heads = job.whole("num_heads")
    query, key, value = (split(job, x, heads, name) for x, name in zip(parts, ("query", "key", "value"), strict=True))
    masks = [_hidden(job, job.value(padding), key)] if job.has(padding) else []
    masks += [job.as_layer(job.value(bias), HEADS)] if job.has(bias) else []
    mask = job.layer("add", {}, masks, tag="mask") if len(masks) > 1 else masks[0] if masks else None
    return joined(job, attended(job, (query, key, value), mask, "attention", causal=bool(job.whole("unidirectional"))))


def _hidden(job: Job, mask: Value, key: Value) -> Value:
    """What is added for tokens that are 0 in a mask (N, S), and nothing for those that are 1."""
    if len(mask.shape) != 2:  # noqa: PLR2004 - (N, S)
        raise NotUnderstood(f"a mask of {len(mask.shape)} axes, which says how long each sample is")
    far = decimal(job.number("mask_filter_value", -10_000.0))
    x = job.layer("multiply", {"value": -far}, [job.as_layer(mask)], tag="kept")
    x = job.layer("add", {"value": far}, [x], tag="hidden")
    return job.layer("reshape", {"shape": (mask.shape[0], 1, 1, key.shape[2])}, [x], tag="mask_heads")
