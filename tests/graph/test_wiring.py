"""What entries read: `from`, `when`, `repeat`, `share`, branches, blocks with several inputs and outputs."""

from __future__ import annotations

from textwrap import dedent

import cnnplan

HEAD = """
cnnplan: 1
name: small
symbols: {N: 2, H: 20, W: 28}
input: [N, 3, H, W]
"""


def load(body: str, head: str = HEAD, **values):
    return cnnplan.load(head + dedent(body), **values)


def reads(plan) -> dict[str, tuple[str, ...]]:
    return {node.name: node.inputs for node in plan}


def test_from_names_layers_prev_and_input():
    plan = load(
        """
        layers:
          - conv: {out_channels: 3, kernel_size: 1}
            name: a
          - relu
          - add:
            from: [a, input]
          - add:
            from: [prev, a]
        """
    )
    assert reads(plan) == {"a": ("input",), "relu1": ("a",), "add1": ("a", "input"), "add2": ("add1", "a")}


def test_a_layer_may_be_read_twice():
    plan = load(
        """
        layers:
          - relu
          - multiply:
            from: [relu1, relu1]
        """
    )
    assert plan["multiply1"].inputs == ("relu1", "relu1")
    assert plan.graph.digraph.number_of_edges() == 2


def test_an_entry_that_is_off_is_the_identity_under_its_own_name():
    plan = load(
        """
        layers:
          - relu
          - conv: {out_channels: 7, kernel_size: 3}
            name: gone
            when: in_channels != 3
          - sigmoid:
            from: gone
        """
    )
    assert reads(plan) == {"relu1": ("input",), "sigmoid1": ("relu1",)}


def test_copies_take_the_output_of_the_one_before_and_see_their_counter():
    plan = load(
        """
        layers:
          - conv: {out_channels: 4 * w, kernel_size: 1}
            name: c
            repeat: {w: [3, 9, 5]}
          - conv: {out_channels: in_channels + 1, kernel_size: 1}
            from: c.0
          - concat:
            from: [c.*]
        """
    )
    assert [plan[f"c.{i}"].shape[1] for i in range(3)] == [12, 36, 20]
    assert plan["c.2"].inputs == ("c.1",)
    assert plan.end("c") == "c.2"
    assert plan["conv2"].shape[1] == 13
    assert plan["concat1"].inputs == ("c.0", "c.1", "c.2")
    assert plan["concat1"].shape[1] == 68


def test_when_is_evaluated_for_each_copy():
    plan = load(
        """
        layers:
          - conv: {out_channels: 3 + i, kernel_size: 1}
            repeat: {i: 5}
            when: i % 2 == 0
        """
    )
    assert [(node.name, node.shape[1]) for node in plan] == [("conv1", 3), ("conv3", 5), ("conv5", 7)]


def test_branches_give_every_path_the_same_input():
    plan = load(
        """
        layers:
          - relu
          - branches:
              join: {concat: {dim: 2}}
              paths:
                - []
                - - sigmoid
                - when: in_channels == 4
                  layers: [tanh]
                - from: input
                  layers: [silu]
        """
    )
    assert reads(plan) == {
        "relu1": ("input",),
        "sigmoid1": ("relu1",),
        "silu1": ("input",),
        "concat1": ("relu1", "sigmoid1", "silu1"),
    }
    assert str(plan["concat1"].shape[2]) == "3*H"


def test_with_one_path_left_there_is_nothing_to_join():
    plan = load(
        """
        layers:
          - branches:
              paths:
                - [relu]
                - when: false
                  layers: [sigmoid]
          - tanh
        """
    )
    assert reads(plan) == {"relu1": ("input",), "tanh1": ("relu1",)}


def test_blocks_with_several_inputs_and_outputs():
    plan = load(
        """
        blocks:
          cross:
            inputs: [low, high]
            layers:
              - add:
                from: [low, high]
                name: y0
              - subtract:
                from: [high, low]
                name: y1
            outputs: [y0, y1]
        layers:
          - relu:
            name: a
          - tanh:
            name: b
          - cross:
            from: [a, b]
            name: x
          - cross
          - multiply:
            from: [x.y1, x.y0]
          - concat:
            from: [x.*, a]
        """
    )
    assert plan["x.y1"].inputs == ("b", "a")
    assert plan["cross2.y0"].inputs == ("x.y0", "x.y1")
    assert plan["multiply1"].inputs == ("x.y1", "x.y0")
    assert plan["concat1"].inputs == ("x.y0", "x.y1", "a")


def test_block_arguments_see_the_caller_and_defaults_the_input():
    plan = load(
        """
        blocks:
          inner:
            args: {wide: required, keep: in_channels, half: keep // 2 + wide}
            layers:
              - conv: {out_channels: wide, kernel_size: 1}
              - conv: {out_channels: keep, kernel_size: 1}
              - conv: {out_channels: half, kernel_size: 1}
        layers:
          - inner: {wide: in_channels + 8}
          - inner: {wide: 5, half: 6}
        """
    )
    assert [node.shape[1] for node in plan] == [11, 3, 12, 5, 12, 6]


def test_shape_of_a_layer_before():
    plan = load(
        """
        layers:
          - conv: {out_channels: 9, kernel_size: 5, stride: 2}
            name: c
          - relu:
            from: input
          - crop: {size: 'shape("c")'}
            when: false
          - conv: {out_channels: 'shape("c")[1] * 2', kernel_size: 1}
        """
    )
    assert plan["conv2"].shape[1] == 18


def test_shared_weights_count_once():
    plan = load(
        """
        blocks:
          head:
            layers:
              - conv: {out_channels: 8, kernel_size: 3, padding: 1}
              - batch_norm
        layers:
          - conv: {out_channels: 8, kernel_size: 1, bias: false}
          - head:
            name: first
          - max_pool: {kernel_size: 2}
          - head:
            name: again
            share: first
          - conv: {out_channels: 8, kernel_size: 3, padding: 1}
            name: tied
            repeat: 3
            share: true
        """
    )
    conv, norm = 8 * 8 * 9 + 8, 16
    assert plan.params == 24 + conv + norm + conv
    assert plan.buffers == 16
    assert plan["again.conv1"].shared == "first.conv1"
    assert plan["again.conv1"].params == 0
    assert [plan[f"tied.{i}"].shared for i in range(3)] == [None, "tied.0", "tied.0"]
    assert plan["tied.2"].macs == plan["tied.0"].macs


def test_several_inputs():
    plan = load(
        """
        symbols: {N: 2, H: 20}
        inputs: {left: [N, 4, H], right: [N, 6, H]}
        layers:
          - concat:
            from: [left, right]
          - relu
        """,
        head="cnnplan: 1\nname: twins\n",
    )
    assert plan["concat1"].shape[1] == 10
    assert set(plan.inputs) == {"left", "right"}


def test_outputs_by_name():
    plan = load(
        """
        layers:
          - conv: {out_channels: 5, kernel_size: 3}
            name: p3
          - conv: {out_channels: 7, kernel_size: 3}
            name: p4
          - relu
        outputs: [p4, p3]
        """
    )
    assert {name: str(shape) for name, shape in plan.outputs.items()} == {
        "p4": "(N, 7, H - 4, W - 4)",
        "p3": "(N, 5, H - 2, W - 2)",
    }


def test_networkx_algorithms_work_on_the_graph(specs):
    import networkx as nx  # noqa: PLC0415

    graph = cnnplan.load(specs / "resnet.yaml").graph.digraph
    assert nx.is_directed_acyclic_graph(graph)
    assert nx.dag_longest_path_length(graph) == 167
    assert nx.has_path(graph, "input", "fc")
    assert graph.nodes["fc"]["node"].op.verb == "linear"
