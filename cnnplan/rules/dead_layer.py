"""A layer has no influence on any output.

## What it finds

A layer whose output nobody reads and that is no output of the network: the end of a piece that was left hanging. One of
which only the size is read, as `crop` does of its second input, is one too. Where `outputs` are declared, what leads to
none of them is left out of all totals, and named here.

## Why it matters

It costs parameters and time and learns nothing, since no gradient reaches it. Mostly a `from` names the wrong layer, or
`outputs` forgot one.

## Example

```yaml
cnnplan: 1
input: [1, 3, 32, 48]
layers:
  - conv: {out_channels: 16, kernel_size: 3}
    name: stem
  - conv: {out_channels: 8, kernel_size: 3}
    name: side
  - relu:
    from: stem
```

## Instead

```yaml
cnnplan: 1
input: [1, 3, 32, 48]
layers:
  - conv: {out_channels: 16, kernel_size: 3}
    name: stem
  - conv: {out_channels: 8, kernel_size: 3}
    name: side
    from: stem
  - relu:
    from: stem
    name: main
outputs: [main, side]
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.findings import Severity
from cnnplan.rules.base import Remark, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cnnplan.graph import Node
    from cnnplan.plan import NodePlan
    from cnnplan.rules.base import Subject

__all__ = ["RULE"]


def check(subject: Subject) -> Iterator[Remark]:
    """The ends of what hangs loose."""
    for node in subject.plan:
        if node.name not in subject.outputs and not any(works(node.name, reader) for reader in subject.read(node)):
            message = "nothing reads its output, and it is no output of the network"
            if node.name in subject.readers:
                message = "only the size of its output is read, and it is no output of the network"
            yield subject.remark(node, message, hint="name it in from or in outputs, or take it out")
    if not subject.spec.until:
        yield from left_out(subject.plan.graph.omitted)


def works(name: str, reader: NodePlan) -> bool:
    """Whether a layer that reads another computes with it, and does not only look at its size."""
    return any(tensor == name and not reader.op.measures(place) for place, tensor in enumerate(reader.inputs))


def left_out(omitted: Mapping[str, Node]) -> Iterator[Remark]:
    """The ends of what leads to no output that is declared; none of it is counted."""
    read = {name for node in omitted.values() for name in node.inputs}
    ends = [node for name, node in omitted.items() if name not in read]
    for node in ends:
        message = "it leads to none of the declared outputs, and is not counted"
        if len(omitted) > 1:
            message = f"it leads to none of the declared outputs: {len(omitted)} such layers are not counted"
        yield Remark(message, node.place, node.name, "name it in from or in outputs, or take it out", node.called_from)


RULE = Rule(
    id="CNN206",
    name="dead-layer",
    severity=Severity.WARNING,
    doc=__doc__,
    check=check,
    composing=True,
)
