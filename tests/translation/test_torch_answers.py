"""What is said of a function without asking PyTorch is what it gives: extents, type, and the order in memory."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")
SHORTCUTS = pytest.importorskip("cnnplan.translation.torch.answering").SHORTCUTS

IMAGE = torch.zeros(2, 6, 5, 7)
LAID = {
    "plain": IMAGE,
    "channels last": IMAGE.to(memory_format=torch.channels_last),
    "permuted": IMAGE.permute(0, 2, 3, 1),
    "cut": IMAGE[:, :, 1:],
    "expanded": IMAGE[:, :1].expand(2, 6, 5, 7),
}
ARGUMENTS = {
    "batch_norm": lambda x: (*[torch.ones(x.shape[1])] * 2,),
    "layer_norm": lambda x: ((x.shape[-1],), torch.ones(x.shape[-1])),
    "linear": lambda x: (torch.ones(4, x.shape[-1]), torch.ones(4)),
    "softmax": lambda _: (1,),
}


@pytest.mark.parametrize("laid", LAID)
@pytest.mark.parametrize("name", SHORTCUTS)
def test_it_is_what_pytorch_gives(name, laid):
    x = LAID[laid]
    args = ARGUMENTS.get(name, lambda _: ())(x)
    real = getattr(torch.nn.functional, name)(x, *args)
    said = SHORTCUTS[name](x, *args)
    if said is None and laid != "plain":
        return
    assert (said.shape, said.dtype, said.stride()) == (real.shape, real.dtype, real.stride())


@pytest.mark.parametrize("name", ["batch_norm", "layer_norm", "linear"])
def test_what_does_not_fit_is_left_to_pytorch(name):
    args = {"batch_norm": (torch.ones(5),) * 2, "layer_norm": ((6,),), "linear": (torch.ones(4, 6),)}
    assert SHORTCUTS[name](IMAGE, *args[name]) is None
