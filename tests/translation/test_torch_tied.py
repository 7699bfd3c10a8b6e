"""Modules whose parameters are those of others too, computed from others, or not there yet: each is counted once.

Figures and values against PyTorch, with the same weights; skipped without it.
"""

from __future__ import annotations

import numpy as np
import pytest

import cnnplan
from cnnplan.errors import SpecError, UsageError

torch = pytest.importorskip("torch")
nn, F = torch.nn, torch.nn.functional
counter = pytest.importorskip("torch.utils.flop_counter").FlopCounterMode


class Net(nn.Module):
    """Modules by name, and what is done with them."""

    def __init__(self, does, **modules):
        super().__init__()
        self.does = does
        for name, each in modules.items():
            setattr(self, name, each)

    def forward(self, x):
        return self.does(self, x)


def one_after_the_other(net, x):
    return net.b(net.a(x))


def tying(*names, **modules):
    """Two modules, of which the second has these parameters of the first."""
    net = Net(one_after_the_other, **modules)
    for name in names:
        setattr(net.b, name, getattr(net.a, name))
    return net


def rows(x):
    """An image as a sequence, one of its axes averaged away."""
    return x.mean(3).transpose(1, 2)


def looked_up(net, x):
    places = torch.arange(5, device=x.device)
    return F.linear(rows(x), net.table.weight) @ net.table(places)


def normalized(net, x):
    weight = net.a.weight / net.a.weight.norm(dim=1, keepdim=True)
    return F.conv2d(x, weight, net.a.bias) + net.a(x)


def scaled(net, x):
    return net.a(x * net.scale) * net.scale + (net.scale * x.mean((2, 3)))[:, :, None, None]


def number():
    return nn.Parameter(torch.tensor(1.5))


TIED = {
    "the weight, each with a bias": lambda: tying("weight", a=nn.Conv2d(3, 3, 3), b=nn.Conv2d(3, 3, 3)),
    "the weight, one with a bias": lambda: tying("weight", a=nn.Conv2d(3, 3, 3, bias=False), b=nn.Conv2d(3, 3, 3)),
    "the bias": lambda: tying("bias", a=nn.Conv2d(3, 3, 3), b=nn.Conv2d(3, 3, 5)),
    "all of it": lambda: tying("weight", "bias", a=nn.Conv2d(3, 3, 3), b=nn.Conv2d(3, 3, 3, dilation=2)),
    "batch norms with statistics of their own": lambda: tying(
        "weight", "bias", a=nn.BatchNorm2d(3), b=nn.BatchNorm2d(3)
    ),
    "layer norms": lambda: tying("weight", a=nn.LayerNorm(9), b=nn.LayerNorm(9)),
    "group norms": lambda: tying("weight", a=nn.GroupNorm(1, 3), b=nn.GroupNorm(3, 3)),
    "slopes": lambda: tying("weight", a=nn.PReLU(), b=nn.PReLU()),
    "a convolution, transposed": lambda: Net(
        lambda net, x: F.conv_transpose2d(net.a(x), net.a.weight, stride=2), a=nn.Conv2d(3, 4, 3, stride=2, bias=False)
    ),
    "a table and a linear layer": lambda: Net(looked_up, table=nn.Embedding(5, 3)),
    "a weight that is looked at": lambda: Net(lambda net, x: net.a(x) * net.a.weight.abs().sum(), a=nn.Conv2d(3, 4, 3)),
    "a weight that is normalized": lambda: Net(normalized, a=nn.Conv2d(3, 4, 3)),
    "a number at several places": lambda: Net(scaled, a=nn.Conv2d(3, 3, 3, padding=1), scale=number()),
    "attention, twice": lambda: Net(
        lambda net, x: net.a(*[net.a(*[rows(x)] * 3)[0]] * 3)[0], a=nn.MultiheadAttention(3, 1, batch_first=True)
    ),
    "a recurrent layer, twice": lambda: Net(
        lambda net, x: net.a(net.a(rows(x))[0])[0], a=nn.LSTM(3, 3, batch_first=True)
    ),
    "a length that is trained": lambda: nn.Sequential(nn.utils.parametrizations.weight_norm(nn.Conv2d(3, 5, 3))),
    "the same, of old": lambda: nn.Sequential(nn.utils.weight_norm(nn.Conv2d(3, 5, 3))),
}


@pytest.mark.filterwarnings("ignore:.*weight_norm.*:FutureWarning")
@pytest.mark.parametrize("name", TIED)
def test_parameters_are_counted_once(name):
    torch.manual_seed(3)
    module = TIED[name]().eval()
    plan = cnnplan.load(module, dims="N,3,H,9" if name == "layer norms" else "N,3,H,W")
    image = torch.randn(2, 3, 13, 9)
    with torch.no_grad(), counter(display=False) as counted:
        truth = module(image)
    values = {"N": 2, "H": 13, "W": 9}
    at = plan.at(**{symbol: values[symbol] for symbol in plan.spec.symbols})
    assert plan.params == sum(each.numel() for each in module.parameters())
    assert list(at.outputs.values()) == [tuple(truth.shape)]
    if name != "a recurrent layer, twice":  # which PyTorch's counter does not see
        assert at.macs == counted.get_total_flops() // 2
    weights = {key: tensor.numpy() for key, tensor in module.state_dict().items()}
    places = [node.name for node in plan.graph.nodes.values() if node.op.verb == "constant"]
    weights |= {f"{each}.value": np.arange(5) for each in places}
    run = cnnplan.execute(plan.graph, values=dict(at.values), inputs={"input": image.numpy()}, weights=weights)
    (found,) = run.outputs.values()
    assert torch.allclose(torch.from_numpy(found), truth, atol=1e-5)


UNWRITTEN = {
    "prelu": lambda: Net(lambda net, x: net.a(x) * net.a.weight, a=nn.PReLU()),
    "lstm": lambda: Net(
        lambda net, x: net.b(net.a(rows(x))[0])[0], a=nn.LSTM(3, 3, batch_first=True), b=nn.LSTM(3, 3, batch_first=True)
    ),
}


@pytest.mark.parametrize("verb", UNWRITTEN)
def test_what_has_no_form_for_that_is_refused(verb):
    module = UNWRITTEN[verb]()
    if verb == "lstm":
        module.b.weight_ih_l0 = module.a.weight_ih_l0
    with pytest.raises(SpecError, match=f"a: {verb} has weights that another layer reads as well, in another way"):
        cnnplan.load(module, dims="N,3,H,W")


def test_lazy_layers_take_what_the_first_run_gives_them():
    layers = (
        nn.LazyConv2d(6, 3),
        nn.LazyBatchNorm2d(),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.LazyLinear(4),
    )
    plan = cnnplan.load(lambda: nn.Sequential(*layers), dims="N,3,H,W")
    assert plan.params == (3 * 9 * 6 + 6) + 2 * 6 + (6 * 4 + 4)
    assert plan.at(N=2, H=13, W=9).macs == 2 * (162 * 11 * 7 + 24)
    told = [remark.message for remark in plan.spec.remarks]
    assert told == ["lazy layers take what an input of (2, 3, 224, 224) gives them"]


OTHERS = "give the module that it was made of, or its file as torch.onnx.export wrote it"


def test_what_hides_its_functions_is_refused():
    with pytest.warns(FutureWarning):
        module = nn.Sequential(nn.ReLU(), torch.jit.script(nn.Sequential(nn.Conv2d(3, 4, 3))))
    with pytest.raises(UsageError) as refused:
        cnnplan.load(module, dims="N,3,H,W")
    assert str(refused.value) == f"Sequential: 1 is compiled (torch.jit), which hides what it calls: {OTHERS}"
