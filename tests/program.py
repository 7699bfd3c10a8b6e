"""A program of a user, for the type checker: mypy reads it with the package, strictly; a test runs it."""

from __future__ import annotations

import cnnplan

SPEC = """\
cnnplan: 1
name: pair
symbols: {N: 2, H: 9, W: 7}
input: [N, 3, H, W]
layers:
  - conv: {out_channels: 4, kernel_size: 3, padding: 1}
  - relu
"""


def main() -> str:
    """What a design costs, in the words of its user."""
    plan = cnnplan.load(SPEC)
    at = plan.at(H=11)
    total: int = at.params + at.macs + at.flops + at.buffers
    names: list[str] = [node.name for node in plan]
    found: list[cnnplan.Finding] = cnnplan.check(SPEC)
    swept = cnnplan.sweep(plan, H="5:9:2")
    text: str = cnnplan.render(plan)
    return f"{total} {names} {len(found)} {swept.rows} {len(text) > 0} {cnnplan.verify(plan.spec).ok}"


if __name__ == "__main__":
    print(main())  # noqa: T201 - a program
