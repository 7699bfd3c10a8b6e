"""Everything that is predicted of a network: shapes, weights and cost of every layer, totals, and the conditions.

A plan is made with letters and answers inside its conditions; `at` puts numbers in. Layers that are alike share one
set of figures, so that a network costs as much to plan as it has different layers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnplan.collector import uncollected
from cnnplan.errors import UsageError
from cnnplan.graph import build
from cnnplan.plan.blocks import BlockPlan
from cnnplan.plan.entries import EntryPlan
from cnnplan.plan.nodes import NodePlan
from cnnplan.plan.plans import Plan, legal
from cnnplan.translation import load_spec
from cnnplan.translation.options import extents

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from cnnplan.spec import Spec

__all__ = ["BlockPlan", "EntryPlan", "NodePlan", "Plan", "load", "plan_spec"]


@uncollected
def plan_spec(
    spec: Spec,
    values: Mapping[str, Any] | None = None,
    *,
    symbolic: bool | frozenset[str] = True,
    partial: bool = False,
    previous: Plan | None = None,
) -> Plan:
    """Plan a validated spec.

    Args:
        spec: the document.
        values: bindings of its symbols, where numbers are shown and structure is decided.
        symbolic: False to plan with the numbers themselves instead of letters; or the symbols that stay letters.
        partial: True to plan what is legal, with the errors as `findings`, instead of raising.
        previous: a plan of this spec, or of the spec before an edit: what both have in common is not planned again.
            They then share what they are made of, and are for one thread.

    Raises:
        SpecError: a layer is not legal.
        UsageError: a binding is of no symbol, or outside its declared domain; the file holds blocks only.
    """
    if spec.is_library:
        raise UsageError(f"{spec.file} holds blocks for specs to include, and no network")
    graph = build(spec, values, symbolic=symbolic, previous=None if previous is None else previous.graph)
    return Plan(graph) if partial else legal(graph)


def load(source: str | Path | Spec | Any, /, **values: Any) -> Plan:
    """Plan the network that a file or a text describes, or a module of PyTorch.

    Args:
        source: the path of a YAML file, or its text; the path of a file of another world, model.onnx; a Spec; an
            nn.Module, or a function that gives one. Of what is no spec, `dims` tells the extents of the input:
            `load(module, dims="N,3,H,W")`, or a mapping by input. `previous` is a plan of the same network before an
            edit: `load(text, previous=plan)` plans anew what has changed, and nothing else. `until` is a layer or
            block, or several: `load("specs/resnet.yaml", until="layer4")` is what leads to it, a backbone.
        values: bindings of its symbols, where numbers are shown and structure is decided; formulas keep the letters.

    Raises:
        SpecError: the spec is at fault; `findings` holds every error.
        UsageError: the file cannot be read, or a binding is wrong.
    """
    dims, previous = values.get("dims"), values.get("previous")
    options: dict[str, Any] = {}
    if isinstance(dims, str | tuple | list | dict):
        options["dims"] = extents(values.pop("dims"))
    if isinstance(previous, Plan):
        del values["previous"]
    else:
        previous = None
    until = values.get("until")
    if isinstance(until, str | tuple | list):
        options["until"] = (until,) if isinstance(until, str) else tuple(until)
        del values["until"]
    return plan_spec(load_spec(source, **options), values, previous=previous)
