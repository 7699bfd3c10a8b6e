"""How fast a network runs: the executor, PyTorch eager, and the NumPy reference evaluator of the onnx package.

`pytest tests/benchmarks/test_forward.py --benchmark-only` prints all figures side by side; same weights, same input.
The two translations below know the operators of these three networks and no others.
"""

from __future__ import annotations

import numpy as np
import pytest

from cnnplan.executor import execute
from cnnplan.graph import build
from cnnplan.spec import load_spec

NETWORKS = {"resnet50": "resnet", "vgg16": "vgg", "mobilenet_v2": "mobilenet_v2"}
SHAPE = (1, 3, 224, 224)
TIMES = {"rounds": 5, "warmup_rounds": 1}


class Network:
    """A graph with numbers, weights and an input, and what the executor makes of it."""

    def __init__(self, specs, name):
        file = NETWORKS[name]
        variant = {} if file == name else {"variant": name}
        self.graph = build(load_spec(specs / f"{file}.yaml"), variant, symbolic=False)
        self.x = np.random.default_rng(0).standard_normal(SHAPE, dtype=np.float32)
        self.weights = execute(self.graph).weights
        self.output = self.run()

    def run(self):
        (output,) = execute(self.graph, inputs={"input": self.x}, weights=self.weights).outputs.values()
        return output

    def of(self, node):
        """The weights of a layer by their names."""
        split = ((name.rpartition("."), array) for name, array in self.weights.items())
        return {name: array for (layer, _, name), array in split if layer == node.owner}

    def same(self, output):
        assert np.abs(output - self.output).max() <= 1e-4 * np.abs(self.output).max()


@pytest.fixture(scope="module", params=NETWORKS)
def network(request, specs):
    return Network(specs, request.param)


def torch_layer(torch, network, node):
    """A layer as a function of PyTorch's tensors."""
    functional, op = torch.nn.functional, node.op
    w = {name: torch.from_numpy(array) for name, array in network.of(node).items()}
    statistics = [w.get(name) for name in ("running_mean", "running_var", "weight", "bias")]
    return {
        "conv": lambda x: functional.conv2d(x, w["weight"], w.get("bias"), op.stride, op.padding, 1, op.groups),
        "batch_norm": lambda x: functional.batch_norm(x, *statistics, eps=op.eps),
        "linear": lambda x: functional.linear(x, w["weight"], w["bias"]),
        "max_pool": lambda x: functional.max_pool2d(x, op.kernel_size, op.stride, op.padding),
        "adaptive_avg_pool": lambda x: functional.adaptive_avg_pool2d(x, op.output_size),
        "global_avg_pool": lambda x: functional.adaptive_avg_pool2d(x, 1),
        "relu": torch.relu_,
        "relu6": lambda x: functional.hardtanh_(x, 0.0, 6.0),
        "flatten": lambda x: torch.flatten(x, 1),
        "dropout": lambda x: x,
        "add": torch.add,
    }[op.verb]


def torch_forward(torch, network):
    """The network as PyTorch runs it, layer by layer."""
    layers = [(node, torch_layer(torch, network, node)) for node in network.graph.nodes.values()]
    x = torch.from_numpy(network.x)

    def run():
        known = {"input": x}
        with torch.inference_mode():
            for node, layer in layers:
                known[node.name] = layer(*(known[source] for source in node.inputs))
        return known[network.graph.outputs[0]].numpy()

    return run


def onnx_node(helper, network, node):
    """A layer as a node of an ONNX graph; its weights are initializers of the same names."""
    op = node.op
    names = {name: f"{node.owner}.{name}" for name in network.of(node)}
    window = {"strides": [getattr(op, "stride", None) or getattr(op, "kernel_size", 1)] * 2}
    if op.verb in ("conv", "max_pool"):
        window |= {"kernel_shape": [op.kernel_size] * 2, "pads": [op.padding] * 4}
    kind, weights, options = {
        "conv": lambda: ("Conv", ["weight", "bias"], {**window, "group": op.groups}),
        "batch_norm": lambda: (
            "BatchNormalization",
            ["weight", "bias", "running_mean", "running_var"],
            {"epsilon": op.eps},
        ),
        "linear": lambda: ("Gemm", ["weight", "bias"], {"transB": 1}),
        "max_pool": lambda: ("MaxPool", [], window),
        "global_avg_pool": lambda: ("GlobalAveragePool", [], {}),
        "relu": lambda: ("Relu", [], {}),
        "relu6": lambda: ("Clip", [], {}),
        "flatten": lambda: ("Flatten", [], {}),
        "add": lambda: ("Add", [], {}),
    }.get(op.verb, lambda: ("Identity", [], {}))()
    bounds = ["zero", "six"] if kind == "Clip" else []
    inputs = [*node.inputs, *(names[name] for name in weights if name in names), *bounds]
    return helper.make_node(kind, inputs, [node.name], **options)


def onnx_forward(onnx, network):
    """The network as the reference evaluator runs it; the adaptive pool of VGG is the identity at this size."""
    helper, numpy_helper = onnx.helper, onnx.numpy_helper
    constants = {**network.weights, "zero": np.float32(0), "six": np.float32(6)}
    nodes = [onnx_node(helper, network, node) for node in network.graph.nodes.values()]
    x = helper.make_tensor_value_info("input", onnx.TensorProto.FLOAT, SHAPE)
    y = helper.make_tensor_value_info(network.graph.outputs[0], onnx.TensorProto.FLOAT, [1, 1000])
    values = [numpy_helper.from_array(np.asarray(array), name) for name, array in constants.items()]
    model = helper.make_model(helper.make_graph(nodes, "network", [x], [y], values))
    evaluator = pytest.importorskip("onnx.reference").ReferenceEvaluator(model)
    return lambda: evaluator.run(None, {"input": network.x})[0]


@pytest.mark.benchmark(group="forward, 1 x 3 x 224 x 224")
def test_the_executor(benchmark, network):
    network.same(benchmark.pedantic(network.run, **TIMES))


@pytest.mark.benchmark(group="forward, 1 x 3 x 224 x 224")
def test_pytorch_eager(benchmark, network):
    network.same(benchmark.pedantic(torch_forward(pytest.importorskip("torch"), network), **TIMES))


@pytest.mark.benchmark(group="forward, 1 x 3 x 224 x 224")
def test_the_reference_evaluator_of_onnx(benchmark, network):
    run = onnx_forward(pytest.importorskip("onnx"), network)
    network.same(benchmark.pedantic(run, rounds=2))
