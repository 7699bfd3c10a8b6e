"""Attention as ONNX has it from version 23 on, and what it shares with that of onnxruntime."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.sizes import exact_div
from cnnplan.translation.onnx.contents import BOOL, decimal
from cnnplan.translation.onnx.refusals import NotUnderstood

if TYPE_CHECKING:
    from cnnplan.sizes import Extent
    from cnnplan.translation.onnx.job import Job
    from cnnplan.translation.onnx.values import Value

HEADS = 4
"""The axes (N, heads, tokens, features) of what attends."""


def attention_(job: Job) -> None:
    """Attention, of inputs whose heads stand beside each other or apart."""
    if job.has(4) or job.has(5):
        raise NotUnderstood("keys and values of before, inputs past_key and past_value")
    if job.has(6):
        raise NotUnderstood("lengths of its own for each sample, input nonpad_kv_seqlen")
    job.unused(3)
    job.wants("softcap", job.number("softcap"), 0.0)
    for side in ("left", "right"):
        job.wants(f"{side}_window_size", job.whole(f"{side}_window_size", -1), -1)
    query, key, value = (job.as_layer(job.value(index)) for index in range(3))
    apart = len(query.shape) == HEADS
    heads = query.shape[1] if apart else job.whole("q_num_heads")
    pairs = key.shape[1] if apart else job.whole("kv_num_heads")
    if not apart:
        query = split(job, query, heads, "query")
        key, value = split(job, key, pairs, "key"), split(job, value, pairs, "value")
    for index, each in ((1, key), (2, value)):
        job.give(each, index)
    mask = job.value(3) if job.has(3) else None
    y = attended(job, (query, key, value), mask, causal=bool(job.whole("is_causal")))
    job.give(y if apart else joined(job, y))


def split(job: Job, x: Value, heads: Extent, tag: str) -> Value:
    """(N, L, heads * E) as (N, heads, L, E)."""
    n, tokens, features = x.shape
    shape = (n, tokens, heads, exact_div(features, heads))
    apart = job.layer("reshape", {"shape": shape}, [x], tag=f"{tag}_heads")
    return job.layer("permute", {"dims": [0, 2, 1, 3]}, [apart], tag=f"{tag}_apart")


def joined(job: Job, y: Value) -> Value:
    """(N, heads, L, E) as (N, L, heads * E)."""
    n, heads, tokens, features = y.shape
    beside = job.layer("permute", {"dims": [0, 2, 1, 3]}, [y], tag="beside")
    return job.layer("reshape", {"shape": (n, tokens, heads * features)}, [beside], tag="joined")


def attended(job: Job, parts: tuple[Value, Value, Value], mask: Value | None, tag: str = "", *, causal: bool) -> Value:
    """Values weighted by queries and keys, with a mask of truths or a bias, and a factor of their own."""
    query, key, value = parts
    args = {"is_causal": True} if causal else {}
    if query.shape[1] != key.shape[1]:
        args["enable_gqa"] = True
    reads = [_scaled(job, query), key, value]
    if mask is not None:
        if causal:
            raise NotUnderstood("a mask beside is_causal")
        if mask.shape[-1] != key.shape[-2]:
            raise NotUnderstood("a mask for fewer keys than there are, input attn_mask")
        if mask.dtype == BOOL and not mask.layer:
            raise NotUnderstood("a mask of truths that stands in the file, input attn_mask")
        reads.append(job.as_layer(mask, HEADS))
    return job.layer("scaled_dot_product_attention", args, reads, tag=tag)


def _scaled(job: Job, query: Value) -> Value:
    """Queries, so that attention that divides by the root of their features has the factor of the file."""
    scale = job.number("scale")
    features = query.shape[-1]
    if not scale:
        return query
    if not isinstance(features, int):
        raise NotUnderstood(f"scale {scale} for features of {features}")
    factor = scale * features**0.5
    if abs(factor - 1) < 1e-6:  # noqa: PLR2004 - as exact as a float
        return query
    return job.layer("multiply", {"value": decimal(factor)}, [query], tag="scale")
