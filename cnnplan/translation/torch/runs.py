"""The runs of a module at several sizes, each run once."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Final, Self

import torch

from cnnplan.translation.torch.calls import Ref
from cnnplan.translation.torch.choosing import choosing
from cnnplan.translation.torch.forgetting import Kept
from cnnplan.translation.torch.notes import noted
from cnnplan.translation.torch.preparing import as_written, materialized
from cnnplan.translation.torch.recording import Recorder
from cnnplan.translation.torch.sampling import inputs
from cnnplan.translation.torch.whole import Whole

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnnplan.translation.torch.calls import Recording
    from cnnplan.translation.torch.notes import Notes
    from cnnplan.translation.torch.sampling import Dims, Sample

__all__ = ["Runs"]

WHOLE: Final = (torch.nn.MultiheadAttention, torch.nn.LSTM, torch.nn.GRU, torch.nn.RNN)
"""Modules that are known as a whole."""


class Runs:
    """What a module does, by the sizes of its inputs. Hooks say in which module a call is made, until the end.

    Args:
        module: an nn.Module on the meta device, in eval mode.
        dims: the extents of its inputs.

    Attributes:
        born: the shapes of the inputs from which lazy layers know what they take, "" where none is lazy.
    """

    def __init__(self, module: Any, dims: Dims) -> None:
        self.module = module
        self.born = materialized(module, dims)
        self._askers: set[str] = set()
        self._whole: set[str] = set()
        self._known: dict[Any, Recording] = {}
        self._recorder: Any = None
        self._kept: Any = None
        self._hooks = ExitStack()
        self._refs = {id(p): Ref("param", name) for name, p in module.named_parameters(remove_duplicate=True)}
        self._refs |= {id(b): Ref("buffer", name) for name, b in module.named_buffers(remove_duplicate=True)}

    def __enter__(self) -> Self:
        for name, each in self.module.named_modules():
            self._hook(name, each)
        self._kept = Kept(self.module)
        return self

    def __exit__(self, *_: object) -> None:
        self._hooks.close()

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
            self._known[key] = self._recorded(inputs(sample.dims, values))
        return self._known[key]

    def _recorded(self, given: Mapping[str, Any]) -> Recording:
        """A run; once more where an input is read as places in a table, with whole numbers then."""
        while True:
            try:
                return self._record({name: x.long() if name in self._whole else x for name, x in given.items()})
            except Whole as whole:
                self._whole.add(whole.name)

    def _record(self, given: Mapping[str, Any]) -> Recording:
        """A run; once more where modules ask for `int` or the like of a size, which are given others then."""
        while True:
            notes, recording = self._run(given)
            if notes.askers <= self._askers:
                return recording
            self._askers |= notes.askers

    def _run(self, given: Mapping[str, Any]) -> tuple[Notes, Recording]:
        recorder = self._recorder = Recorder(dict(self._refs), given)
        recording = recorder.recording
        try:
            with (
                as_written(),
                noted(lambda: len(recording.calls), lambda: recorder.path) as notes,
                choosing(self._askers),
                torch.no_grad(),
                recorder,
            ):
                recorder.give(self.module(*given.values()))
        finally:
            self._kept.restore()
        recording.guards = notes.guards
        recording.made = notes.made
        return notes, recording

    def _hook(self, name: str, module: Any) -> None:
        """Let a module say when it begins and ends."""
        kept = [kind for kind in WHOLE if isinstance(module, kind) and type(module).forward is kind.forward]
        known = kept[0].__name__ if kept else ""
        alone = not any(True for _ in module.children())

        def before(_module: Any, args: Any, kwargs: Any) -> None:
            self._recorder.enter(name, (args, kwargs), alone=alone, known=known)

        def after(_module: Any, _args: Any, given: Any) -> None:
            self._recorder.leave(given, module if known else None, known)

        self._hooks.callback(module.register_forward_pre_hook(before, with_kwargs=True).remove)
        self._hooks.callback(module.register_forward_hook(after).remove)
