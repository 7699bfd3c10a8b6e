"""What PyTorch's autograd keeps of a forward pass in training, in bytes."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")
nn = torch.nn


def kept(module, tensors, owned=()):
    """The bytes of all memory that is saved for the backward pass, each piece once, without weights and buffers.

    A saved view counts as all of the memory that it keeps alive, which is why memory is told apart and not tensors.
    """
    owners = [module, *owned] if isinstance(module, nn.Module) else owned
    weights = {place(tensor) for owner in owners for tensor in (*owner.parameters(), *owner.buffers())}
    saved = []

    def note(tensor):
        saved.append(tensor)
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
        module(*tensors)
    return sum(
        {place(tensor): tensor.untyped_storage().nbytes() for tensor in saved if place(tensor) not in weights}.values()
    )


def place(tensor):
    """What tells the memory of a tensor from others as long as it lives, on the meta device too."""
    return tensor.untyped_storage()._cdata


def dropout(op):
    """PyTorch's own kernel, which a GPU takes and which keeps a mask; a CPU keeps factors instead."""
    return lambda x: torch.native_dropout(x, op.p, True)[0] if op.p else x  # noqa: FBT003 - takes no keywords


def drop_path(op):
    """torchvision's StochasticDepth in mode row."""

    def run(x):
        if not op.p:
            return x
        factors = torch.empty([len(x)] + [1] * (x.dim() - 1), dtype=x.dtype, device=x.device).bernoulli_(1 - op.p)
        return x * factors.div_(1 - op.p)

    return run
