"""The runs of a module at several sizes, each run once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnplan.translation.torch.recording import record
from cnnplan.translation.torch.sampling import inputs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnnplan.translation.torch.calls import Recording
    from cnnplan.translation.torch.sampling import Sample

__all__ = ["Runs"]


class Runs:
    """What a module does, by the sizes of its inputs.

    Args:
        module: an nn.Module on the meta device, in eval mode.
    """

    def __init__(self, module: Any) -> None:
        self.module = module
        self._askers: set[str] = set()
        self._known: dict[Any, Recording] = {}

    def at(self, sample: Sample, values: Mapping[str, int]) -> Recording:
        """A run.

        Args:
            sample: tells the extents of the inputs.
            values: of the names among them.

        Raises:
            Untraceable: what it does depends on numbers that are not there.
        """
        key = (*sample.dims.items(), *values.items())
        if key not in self._known:
            self._known[key] = record(self.module, inputs(sample.dims, values), self._askers)
        return self._known[key]
