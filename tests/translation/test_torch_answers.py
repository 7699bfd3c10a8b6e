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
CASES = [
    # the function, and what it takes besides the image
    ("batch_norm", lambda x: (*[torch.ones(x.shape[1])] * 2,)),
    ("layer_norm", lambda x: ((x.shape[-1],), torch.ones(x.shape[-1]))),
    ("group_norm", lambda x: (x.shape[1], torch.ones(x.shape[1]))),
    ("linear", lambda x: (torch.ones(4, x.shape[-1]), torch.ones(4))),
    ("conv2d", lambda x: (torch.ones(4, x.shape[1], 3, 2), torch.ones(4), (2, 1), (1, 0), (1, 2))),
    ("conv2d", lambda x: (torch.ones(2 * x.shape[1], 1, 2, 3), None, (1,), (2,), (1,), x.shape[1])),
    ("gelu", lambda _: ()),
    ("hardswish", lambda _: ()),
    ("hardsigmoid", lambda _: ()),
    ("relu", lambda _: ()),
    ("sigmoid", lambda _: ()),
    ("silu", lambda _: ()),
    ("softmax", lambda _: (1,)),
    ("add", lambda x: (x,)),
    ("add", lambda x: (torch.ones(x.shape[1], 1, 1),)),
    ("sub", lambda x: (torch.ones(3, 1, 1, 1, 1) + torch.ones(x.shape[2:]),)),
    ("mul", lambda _: (2.5,)),
    ("mul", lambda x: (torch.ones(2, 1, *x.shape[2:]),)),
    ("div", lambda _: (3,)),
    ("__rsub__", lambda _: (3,)),
    ("__rdiv__", lambda _: (0.5,)),
    ("mean", lambda _: ((-1, 2),)),
    ("mean", lambda _: (1, True)),
    ("cat", lambda x: ([x, x.repeat(1, 1, 2, 1)], -2)),
    ("matmul", lambda x: (torch.ones(*x.shape[:2], x.shape[3], 4),)),
    ("matmul", lambda x: (torch.ones(*x.shape[:2], 4, x.shape[3]).mT,)),
    ("roll", lambda _: ((1, 2), (2, -1))),
]


def real(name, x, args):
    """PyTorch's."""
    found = [getattr(home, name, None) for home in (torch.nn.functional, torch, torch.Tensor)]
    function = next(each for each in found if each is not None)
    return function(*args) if name == "cat" else function(x, *args)


@pytest.mark.parametrize("laid", LAID)
@pytest.mark.parametrize(("name", "arguments"), CASES)
def test_it_is_what_pytorch_gives(name, arguments, laid):
    x = LAID[laid]
    args = arguments(x)
    said = SHORTCUTS[name](*args) if name == "cat" else SHORTCUTS[name](x, *args)
    if said is None and laid != "plain":
        return
    truth = real(name, x, args)
    assert (said.shape, said.dtype, said.stride()) == (truth.shape, truth.dtype, truth.stride())


def test_attention_is_what_pytorch_gives_without_numbers():
    q, k, v = (torch.zeros(2, 3, *shape, device="meta").mT for shape in ((4, 5), (4, 7), (6, 7)))
    truth, said = (f(q, k, v) for f in (real_attention, SHORTCUTS["scaled_dot_product_attention"]))
    assert said.shape == (2, 3, 5, 6)
    assert (said.shape, said.dtype, said.stride()) == (truth.shape, truth.dtype, truth.stride())


real_attention = torch.nn.functional.scaled_dot_product_attention


def test_each_is_looked_at():
    assert {name for name, _ in CASES} | {"scaled_dot_product_attention"} == {*SHORTCUTS}


UNFIT = [
    ("batch_norm", (torch.ones(5),) * 2),
    ("batch_norm", (torch.ones(6),) * 2 + (None, None, True)),
    ("layer_norm", ((6,),)),
    ("group_norm", (4,)),
    ("group_norm", (3, torch.ones(3))),
    ("linear", (torch.ones(4, 6),)),
    ("conv2d", (torch.ones(4, 5, 3, 3), None, (1, 1), (0, 0), (1, 1))),
    ("conv2d", (torch.ones(4, 6, 6, 3), None, (1, 1), (0, 0), (1, 1))),
    ("conv2d", (torch.ones(4, 6, 3, 3), torch.ones(3), (1, 1), (0, 0), (1, 1))),
    ("conv2d", (torch.ones(4, 3, 3, 3), None, (1, 1), (0, 0), (1, 1), 3)),
    ("conv2d", (torch.ones(4, 6, 3, 3), None, (1, 1), "same", (1, 1))),
    ("add", (torch.ones(6),)),
    ("add", (torch.ones(7, dtype=torch.float64),)),
    ("mul", (True,)),
    ("mul", (2j,)),
    ("mean", ((1, -3),)),
    ("mean", (4,)),
    ("mean", ()),
    ("matmul", (torch.ones(2, 6, 5, 7),)),
    ("matmul", (torch.ones(1, 6, 7, 5),)),
    ("roll", ((1, 2), (2,))),
]


@pytest.mark.parametrize(("name", "args"), UNFIT)
def test_what_does_not_fit_is_left_to_pytorch(name, args):
    assert SHORTCUTS[name](IMAGE, *args) is None


def test_what_does_not_fit_together_is_left_to_pytorch():
    assert SHORTCUTS["cat"]([IMAGE, IMAGE[..., 1:].contiguous()], 1) is None
    assert SHORTCUTS["cat"]([IMAGE, IMAGE.double()]) is None
    assert SHORTCUTS["scaled_dot_product_attention"](IMAGE, IMAGE, IMAGE[:, :, 1:]) is None
