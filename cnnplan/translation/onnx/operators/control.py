"""What is chosen while a network runs: here, before it does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.translation.onnx.reading import read_graph
from cnnplan.translation.onnx.refusals import NotUnderstood

if TYPE_CHECKING:
    from cnnplan.translation.onnx.job import Job


def if_(job: Job) -> None:
    """If: the branch that its condition chooses."""
    known = job.translator.numbers(job.value())
    if known is None or len(known.flat) != 1:
        raise NotUnderstood("a branch that depends on values")
    when = job.translator.decide(known.flat[0])
    then, otherwise = (job.attribute(f"{side}_branch") for side in ("then", "else"))
    attribute = then if when else otherwise
    if attribute is None or attribute.kind != "graph":
        raise NotUnderstood("a branch that is missing")
    names = job.translator.inline(read_graph(attribute.value))
    for index, name in enumerate(names):
        job.give(job.translator.value(name), index)
