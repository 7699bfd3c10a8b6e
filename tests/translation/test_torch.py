"""Modules of PyTorch, read by running them twice: figures, conditions, names, and what is refused.

Skipped where PyTorch is not installed. The zoos of torchvision and timm are measured by `measure_torch.py` beside this.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

import cnnplan
from cnnplan.cli import app
from cnnplan.errors import OutsideConditions, SpecError, UsageError
from cnnplan.ops import OPERATORS
from cnnplan.translation import load_spec

torch = pytest.importorskip("torch")
TABLE = pytest.importorskip("cnnplan.translation.torch.functions").TABLE
networks = pytest.importorskip("tests.translation.torch_networks")
flop_counter = pytest.importorskip("torch.utils.flop_counter")

HERE = "tests.translation.torch_networks"


def truth(module, *shape):
    """What PyTorch gives and counts at a size, None where it refuses."""
    counter = flop_counter.FlopCounterMode(display=False)
    try:
        with torch.no_grad(), counter:
            shape = tuple(module(torch.zeros(shape, device="meta")).shape)
    except (RuntimeError, ValueError):
        return None
    return shape, counter.get_total_flops() // 2


def meta(factory, **arguments):
    with torch.device("meta"):
        return factory(**arguments).eval()


def predicted(plan, **values):
    try:
        at = plan.at(**values)
    except OutsideConditions:
        return None
    return next(iter(at.outputs.values())), at.macs


NEEDED = {"Windows": {"require"}, "Tokens": {"unsqueeze", "squeeze"}, "Padded": {"require"}}
SIZES = {"Residual": (61, 98), "Up": (48, 84), "Windows": (56, 112), "Padded": (40, 77), "Skipped": (41, 78)}


@pytest.mark.parametrize("name", SIZES)
def test_figures_are_pytorchs_at_every_size(name):
    module = meta(getattr(networks, name))
    plan = cnnplan.load(module, dims="N,3,H,W")
    for h, w in (SIZES[name], SIZES[name][::-1], (84, 56)):
        found = predicted(plan, N=3, H=h, W=w)
        real = truth(module, 3, 3, h, w)
        assert found == real, (h, w)


CONDITIONS = {"Residual": {}, "Up": {}, "deep": {"levels": 4}, "Padded": {}, "Skipped": {}}


@pytest.mark.parametrize("name", CONDITIONS)
def test_conditions_are_what_runs(name):
    module = meta(networks.Up if name == "deep" else getattr(networks, name), **CONDITIONS[name])
    plan = cnnplan.load(module, dims="N,3,H,W")
    for h in range(40, 80):
        assert predicted(plan, N=2, H=h, W=64) == truth(module, 2, 3, h, 64), h


def test_a_decimal_in_front_of_a_size_is_followed():
    """`int(2.3 * h)`: 2.3 is no double; 50 * 2.3 is 114.99..., and 115 by fractions."""
    plan = cnnplan.load(f"{HERE}:InFront")
    assert str(next(iter(plan.outputs.values()))[2]) == "scaled(H, 23/10)"
    for h in (41, 50, 90, 101):
        assert predicted(plan, N=1, H=h, W=30) == truth(meta(networks.InFront), 1, 3, h, 30)


def test_sizes_times_decimals_are_products_of_doubles():
    """90 * 0.7 is 62.99..., 180 * 0.7 125.99...: PyTorch's floor, where the exact one is 63 and 126."""
    module = networks.Scaled().eval()
    plan = cnnplan.load(module, dims="N,3,H,W")
    (shape,) = plan.outputs.values()
    assert str(shape[2]) == "scaled(scaled(scaled(H, 7/10), 7/10), 23/10)"
    assert str(shape[3]) == "scaled(scaled(scaled(W, 23/10), 7/10), 57/100)"
    for h, w in [(90, 100), (180, 91), (129, 170), (129, 61), (330, 50)]:
        with torch.no_grad():
            given = tuple(module(torch.zeros(1, 3, h, w)).shape)
        assert next(iter(plan.at(N=1, H=h, W=w).outputs.values())) == given


def test_elements_that_are_hidden_by_a_computed_mask():
    plan = cnnplan.load(meta(networks.Masked), dims="N,3,H,W")
    assert [node.op.verb for node in plan if node.op.verb in ("where", "constant")] == ["constant", "where"] * 2
    assert predicted(plan, N=2, H=5, W=7) == truth(meta(networks.Masked), 2, 3, 5, 7)


def test_a_decision_by_the_size_is_kept_as_a_condition():
    """Below 200 it is another network: what is read at 224 refuses those heights."""
    module = meta(networks.Either)
    plan = cnnplan.load(module, dims="N,3,H,W")
    assert [str(each) for each in plan.conditions] == ["H >= 200", "W >= 5"]
    for h in (199, 200, 201, 300):
        assert predicted(plan, N=2, H=h, W=112) == (truth(module, 2, 3, h, 112) if h >= 200 else None), h


def test_sizes_in_the_words_of_an_assertion_decide_nothing():
    """The values of height and width in a text are no decision."""
    module = meta(networks.Asserted)
    plan = cnnplan.load(module, dims="N,3,H,W")
    assert [str(each) for each in plan.conditions] == ["H % 4 == 0", "W % 4 == 0"]
    for h, w in ((44, 60), (72, 36)):
        assert predicted(plan, N=2, H=h, W=w) == truth(module, 2, 3, h, w)


def test_a_size_in_a_text_that_is_a_key_is_one_size():
    plan = cnnplan.load(meta(networks.Keyed), dims="N,3,H,W")
    assert list(map(str, next(iter(plan.inputs.values())))) == ["N", "3", "224", "224"]
    (told,) = [each.message for each in plan.spec.remarks if each.message.startswith("read at")]
    assert "takes a size as a plain number (str): 224 and 192" in told


def test_a_condition_names_the_line_that_decides():
    plan = cnnplan.load(meta(networks.Either), dims="N,3,H,W")
    line = next(n for n, text in enumerate(Path(networks.__file__).read_text().splitlines(), 1) if "< 200" in text)
    told = f"require: torch_networks.py:{line} (`return self.small(x) if x.shape[2] < 200 else self.large(x)`) takes a "
    with pytest.raises(OutsideConditions) as refusal:
        plan.at(N=2, H=199, W=112)
    assert str(refusal.value).startswith(f"{told}path that was not read at H = 199: needs H >= 200")


@pytest.mark.parametrize("name", ["Windows", "Cropped", "Brought"])
def test_pads_and_cuts_of_nothing_decide_nothing(name):
    """What is done at odd sizes alone changes nothing at even ones: one network, and no condition but that it runs."""
    module = meta(getattr(networks, name))
    plan = cnnplan.load(module, dims="N,3,H,W")
    assert not any(node.op.verb == "require" for node in plan)
    for h in range(40, 110):
        assert predicted(plan, N=2, H=h, W=112) == truth(module, 2, 3, h, 112), h
        assert predicted(plan, N=2, H=150, W=h) == truth(module, 2, 3, 150, h), h


@pytest.mark.parametrize("name", ["Same", "Joined", "Stepped"])
def test_a_number_that_a_program_chooses_by_a_size_is_a_formula(name):
    """What an `if` gives to the same calls is 0 or 1 times what it makes: no condition but that it runs."""
    module = meta(getattr(networks, name))
    plan = cnnplan.load(module, dims="N,3,H,W")
    assert not any(node.op.verb == "require" for node in plan)
    for h in (9, 24, 27, 31, 38, 61, 62, 64, 133):
        for w in (41, 46, 60, 72):
            assert predicted(plan, N=2, H=h, W=w) == truth(module, 2, 3, h, w), (h, w)


def test_what_two_decisions_give_together_is_not_taken_for_that_of_one():
    """A pad where rows and columns are odd: read for even rows, where columns are not asked for."""
    module = meta(networks.Cornered)
    plan = cnnplan.load(module, dims="N,3,H,W")
    assert [str(each) for each in plan.conditions] == ["H % 2 == 0"]
    for h, w in ((40, 60), (40, 61), (41, 60), (41, 61)):
        assert predicted(plan, N=2, H=h, W=w) == (truth(module, 2, 3, h, w) if h == 40 else None)


def test_an_image_that_is_resized_where_it_must_be():
    """14 * 4 is a multiple of 4, where nothing is computed; 57 is brought to 60: three lerps of 4 channels a pixel."""
    module = meta(networks.Resized)
    plan = cnnplan.load(module, dims="N,3,H,W")
    for h in range(30, 75):
        assert predicted(plan, N=2, H=h, W=56) == truth(module, 2, 3, h, 56), h
    verbs = {h: [node.op.verb for node in plan.at(N=1, H=h, W=56)] for h in (56, 57)}
    assert verbs == {56: ["conv", "avg_pool"], 57: ["conv", "upsample", "avg_pool"]}


def test_an_image_that_is_made_even_at_every_stage():
    """61 has 31, 16 and 8 rows, the first of them made 32: each stage of it is even or odd for itself."""
    module = meta(networks.Evened)
    plan = cnnplan.load(module)
    assert plan.conditions == ()
    for h in range(33, 70):
        assert predicted(plan, N=2, H=h, W=57) == truth(module, 2, 3, h, 57), h


def test_a_decision_by_a_whole_number_of_a_size_is_seen():
    """`height = int(x.shape[2])`, and then by `height % 2`: what it chooses is a formula."""
    module = meta(networks.Hidden)
    plan = cnnplan.load(module, dims={"": ("N", 3, "H", "W")})
    assert [str(each) for each in plan.conditions] == ["W >= 2"]
    for h in range(30, 40):
        assert predicted(plan, N=3, H=h, W=35) == truth(module, 3, 3, h, 35), h


def test_a_layer_that_is_not_what_runs_is_told(monkeypatch):
    """The net below everything: a run at fresh sizes, held against the shapes of all layers."""
    writer = TABLE["conv2d"]
    monkeypatch.setitem(TABLE, "conv2d", lambda t, *args, **more: writer(t, *args[:3], 1, 3, *args[5:], **more))
    told = r"layer: at N = 2, H = 224, W = 224 it is not what was read: conv2d gives \(2, 4, 224, 224\), and the layer"
    with pytest.raises(SpecError, match=told):
        cnnplan.load(meta(networks.Resized), dims="N,3,H,W")


def test_ranges_that_are_written_over():
    """The values too: executor and PyTorch, with the same weights."""
    module = networks.WritesRanges().eval()
    plan = cnnplan.load(module, dims="N,3,H,W")
    assert predicted(plan, N=2, H=9, W=7) == truth(meta(networks.WritesRanges), 2, 3, 9, 7)
    image = torch.rand(2, 3, 9, 7)
    weights = {name: tensor.numpy() for name, tensor in module.state_dict().items()}
    run = cnnplan.execute(plan.graph, values={"N": 2, "H": 9, "W": 7}, inputs={"input": image.numpy()}, weights=weights)
    (found,) = run.outputs.values()
    with torch.no_grad():
        assert torch.allclose(torch.from_numpy(found), module(image), atol=1e-5)


def test_products_of_constants_are_told_and_not_counted():
    """PyTorch does them in each run: a code of positions is worked out anew."""
    spec = load_spec(meta(networks.Positions), dims={"x": ("N", 3, "H", "W")})
    (remark,) = spec.remarks
    assert remark.message == "code: matmul of constants alone is taken as done beforehand, and its MACs are not counted"
    plan = cnnplan.plan.plan_spec(spec)
    assert predicted(plan, N=2, H=9, W=7) == ((2, 9, 7, 4), 2 * 9 * 7 * (3 + 10) * 4)
    shape, macs = truth(meta(networks.Positions), 2, 3, 9, 7)
    assert (shape, macs) == ((2, 9, 7, 4), 2 * 9 * 7 * (3 + 10) * 4 + 9 * 7 * 2 * 5)


@pytest.mark.parametrize("name", ["Told", "Flat"])
def test_the_channels_that_a_library_tells(name):
    module = meta(getattr(networks, name))
    plan = cnnplan.load(module)
    assert list(map(str, next(iter(plan.inputs.values())))) == ["N", "3", "H", "W"]
    for h, w in ((28, 36), (40, 64)):
        assert predicted(plan, N=2, H=h, W=w) == truth(module, 2, 3, h, w)


def test_names_and_weights_are_those_of_the_module():
    module = meta(networks.Residual)
    plan = cnnplan.load(module, dims="N,3,H,W")
    weights = {f"{n.node.origin}.{name}": tuple(w.shape) for n in plan if not n.shared for name, w in n.weights.items()}
    state = {name: tuple(tensor.shape) for name, tensor in module.state_dict().items() if "num_batches" not in name}
    assert weights == {name: shape for name, shape in state.items() if not name.startswith("unused")}
    assert plan.params == sum(p.numel() for p in module.parameters()) - 16
    shared = [n.name for n in plan if n.shared]
    assert shared == ["twice_2"]


def test_parameters_that_forward_does_not_reach_are_told():
    spec = load_spec(f"{HERE}:Residual")
    (remark,) = spec.remarks
    total = sum(p.numel() for p in networks.Residual().parameters())
    assert remark.message == f"forward reaches {total - 16:,} of {total:,} parameters: not those of unused"
    plan = cnnplan.load(meta(networks.Residual), dims="N,3,H,W")
    assert (plan.declared, plan.reached) == (total, total - 16)


@pytest.mark.skipif("squeeze" not in OPERATORS, reason="squeeze is not there yet")
def test_a_size_that_weights_fix_is_fixed():
    module = meta(networks.Tokens)
    plan = cnnplan.load(module, dims="N,3,32,32")
    assert predicted(plan, N=3) == truth(module, 3, 3, 32, 32)
    assert plan.params == sum(p.numel() for p in module.parameters())


def test_a_module_that_is_given_stays_as_it_is():
    module = networks.Residual().train()
    before = {name: (tensor.device, tensor.clone()) for name, tensor in module.state_dict().items()}
    cnnplan.load(module, dims=("N", 3, "H", "W"))
    assert module.training
    for name, tensor in module.state_dict().items():
        assert (tensor.device, tensor.equal(before[name][1])) == (before[name][0], True)
    assert not any(layer._forward_hooks or layer._forward_pre_hooks for layer in module.modules())


def test_arguments_of_the_factory():
    narrow = load_spec(f"{HERE}:Residual", arguments={"width": 4})
    assert cnnplan.load(narrow).params < cnnplan.load(f"{HERE}:Residual").params
    assert cnnplan.load(networks.Residual).params == cnnplan.load(f"{HERE}:Residual").params


REFUSED = {
    f"{HERE}:Depends": (SpecError, "needs the numbers of a tensor"),
    f"{HERE}:Writes": (SpecError, "it writes into a part of a tensor that is no range"),
    f"{HERE}:Strange": (SpecError, "svd has no operator that stands for it"),
    f"{HERE}:raises": (UsageError, "raises ValueError: no such thing"),
    f"{HERE}:nothing": (UsageError, "gives an int, and no nn.Module"),
    f"{HERE}:wants": (UsageError, "asks for depth: give it as --with depth=VALUE; it takes \\(depth, width=3\\)"),
    f"{HERE}:Residuel": (UsageError, "has no Residuel; did you mean Residual"),
    f"{HERE}:math": (UsageError, "is a module, and no function"),
    "tests.translation.nowhere:build": (UsageError, "there is no module tests.translation.nowhere"),
    "nowhere.py:build": (UsageError, "nowhere.py: there is no such file"),
}


@pytest.mark.parametrize("factory", REFUSED)
def test_what_cannot_be_read_is_refused(factory):
    kind, told = REFUSED[factory]
    with pytest.raises(kind, match=told):
        load_spec(factory, dims={"": ("N", 3, "H", "W")})


def test_a_module_without_a_telling_layer_asks_for_the_extents():
    with pytest.raises(UsageError, match="--dims N,3,H,W"):
        load_spec(f"{HERE}:Depends")


def test_importing_a_module_that_raises_is_told(tmp_path):
    (tmp_path / "broken.py").write_text("1 / 0\n")
    with pytest.raises(UsageError, match=r"importing .*broken\.py raises ZeroDivisionError"):
        load_spec(f"{tmp_path}/broken.py:build")


def test_the_command_line():
    run = CliRunner().invoke(app, ["report", f"{HERE}:Up", "--with", "levels=1", "--dims", "N,3,H,W", "--set", "H=64"])
    assert run.exit_code == 0
    assert "H % 2 == 0" in run.output
    assert "N, 4, 2*floor(H/2)" in run.output
    run = CliRunner().invoke(app, ["check", f"{HERE}:raises"])
    assert run.exit_code == 2
    run = CliRunner().invoke(app, ["check", f"{HERE}:Strange", "--dims", "N,3,H,W"])
    assert run.exit_code == 1
    assert "svd has no operator" in run.output


def test_a_filter_in_a_buffer_is_no_parameter():
    """Neither where it is called `kernel`, nor where it is called as a layer calls its weight."""
    plan = cnnplan.load(networks.Blurred(), dims="N,3,H,W")
    assert (plan.params, plan.buffers) == (12, 102)
    assert [node.op.verb for node in plan] == ["constant", "conv", "constant", "conv", "conv"]


def test_a_module_that_occurs_often_becomes_a_block_called_after_its_class(tmp_path):
    args = ["convert", f"{HERE}:Stacked", "--dims", "N,3,H,W", "-o", str(tmp_path / "net.yaml")]
    assert CliRunner().invoke(app, args).exit_code == 0
    text = (tmp_path / "net.yaml").read_text()
    assert "\n  conv_unit:\n    args: {width: required}\n" in text
    assert "- {conv_unit: {width: 6}, origin: first}" in text
    assert load_spec(tmp_path / "net.yaml").faults == ()


def test_a_bias_that_is_computed_lies_along_the_features():
    """On the last axis behind a linear layer, on the channels behind a convolution: no two of them are as long."""
    module = networks.Computed()
    plan = cnnplan.load(module, dims="N,4,7")
    assert plan.at(N=2).outputs[next(iter(plan.outputs))] == tuple(module(torch.zeros(2, 4, 7)).shape) == (2, 3, 4)
    assert plan.params == sum(each.numel() for each in module.parameters())
    biases = [node.shape for node in plan if node.op.verb == "reshape" and max(node.shape) > 1]
    assert biases == [(1, 1, 5), (1, 6, 1), (1, 3, 1)]


def test_what_a_run_keeps_for_the_next_is_read_in_each():
    """3 * 4 + 4 of the convolution and the table's 4 * 5 are reached; the 7 of the mask are told by name."""
    module = networks.Remembers()
    plan = cnnplan.load(module, dims="N,3,H,W")
    assert (plan.params, plan.reached, plan.declared) == (36, 36, 43)
    assert (module.picked, module.runs) == ({}, 0)
    (told,) = [each.message for each in plan.spec.remarks]
    assert told == "forward reaches 36 of 43 parameters: not those of mask"


def test_hooks_of_a_first_run_are_put_on_in_each_once():
    """And gone when all are over, as is what they filled: two stages and two heads, whatever ran before."""
    module = meta(networks.Captures)
    plan = cnnplan.load(module, dims="N,3,H,W")
    assert sorted(node.op.verb for node in plan) == ["add", "conv", "conv", "conv", "conv", "multiply", "upsample"]
    assert [len(each._forward_hooks) for each in module.modules()] == [0] * 7
    assert ("hooked" in vars(module), module.captured, module.seen) == (False, {"stages": []}, set())
    for size in (17, 30):
        assert predicted(plan, N=2, H=size, W=19) == truth(meta(networks.Captures), 2, 3, size, 19)


def squashed(_, x):
    return torch.tanh(x)


def mixed(self, x):
    return torch.nn.functional.linear(x, self.out_proj.weight)


@pytest.mark.parametrize(
    ("kind", "arguments", "forward", "verbs", "macs"),
    [
        (torch.nn.MultiheadAttention, {"embed_dim": 12, "num_heads": 3}, mixed, ["linear"], 2 * 5 * 12 * 12),
        (torch.nn.LSTM, {"input_size": 12, "hidden_size": 7}, squashed, ["tanh"], 0),
    ],
)
def test_a_subclass_with_a_forward_of_its_own_is_not_the_original(kind, arguments, forward, verbs, macs):
    own = type("Own", (kind,), {"forward": forward})
    plan = cnnplan.load(meta(own, **arguments), dims="N,5,12")
    assert [node.op.verb for node in plan.nodes.values()] == verbs
    assert plan.at(N=2).macs == macs
