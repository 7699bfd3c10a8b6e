"""Lists of maps, copies with side outputs, paths that are repeated: what reads what."""

from __future__ import annotations

import pytest

import cnnplan

HEAD = "cnnplan: 1\nname: net\nsymbols: {N: 2, H: {default: 24, multiple_of: 8}}\ninput: [N, 3, H, 40]\n"

PYRAMID = """
blocks:
  unit:
    args: {width: required}
    layers: [{conv: {out_channels: width, kernel_size: 3, padding: 1}}]
  fuse:
    inputs: [xs.*]
    outputs: [ys]
    layers:
      - branches:
          join: none
          paths:
            - repeat: {j: count("xs")}
              name: out
              layers:
                - branches:
                    join: add
                    paths:
                      - repeat: {i: count("xs")}
                        from: xs[i]
                        layers:
                          - conv: {out_channels: "shape('xs[j]')[1]", kernel_size: 1}
                          - upsample: {scale_factor: 2 ** (i - j)}
                            when: i > j
                          - max_pool: {kernel_size: 2}
                            repeat: max(j - i, 0)
        name: ys
layers:
  - branches:
      join: none
      paths:
        - repeat: {i: 3}
          layers:
            - avg_pool: {kernel_size: 2 ** i}
            - unit: {width: 4 + 2 * i}
    name: maps
"""


def reads(text, *names, **values):
    """What these layers read, by name."""
    plan = cnnplan.load(HEAD + text, **values)
    return {name: plan.nodes[name].inputs for name in names} if names else plan


def shapes(plan):
    return {name: tuple(map(str, shape)) for name, shape in plan.outputs.items()}


def test_paths_that_stay_apart_are_a_list():
    plan = reads(PYRAMID)
    assert list(shapes(plan).values()) == [("N", "4", "H", "40"), ("N", "6", "H/2", "20"), ("N", "8", "H/4", "10")]


def test_a_block_takes_a_list_and_gives_one():
    plan = reads(PYRAMID + "  - fuse: {}\n    repeat: 2\n    name: body\noutputs: [body]")
    assert list(shapes(plan).values()) == [("N", "4", "H", "40"), ("N", "6", "H/2", "20"), ("N", "8", "H/4", "10")]
    assert plan.nodes["body.0.ys.out.0.add1"].inputs == (
        *("body.0.ys.out.0.conv1", "body.0.ys.out.0.upsample2", "body.0.ys.out.0.upsample3"),
    )
    assert plan.nodes["body.1.ys.out.2.conv2"].inputs == ("body.0.ys.out.1.add1",)


LISTS = [
    # what is read, and by which layers of the list it is given
    ("maps", ["unit1", "unit2", "unit3"]),
    ("maps.*", ["unit1", "unit2", "unit3"]),
    ("maps[0]", ["unit1"]),
    ("maps.0", ["unit1"]),
    ("maps[-1]", ["unit3"]),
    ("maps[1:]", ["unit2", "unit3"]),
    ("maps[:-1]", ["unit1", "unit2"]),
    ("maps[count('maps') - 2]", ["unit2"]),
    ("maps[0:2][1]", ["unit2"]),
    ("prev[2]", ["unit3"]),
    ("prev", ["unit1", "unit2", "unit3"]),
]


@pytest.mark.parametrize(("read", "given"), LISTS)
def test_what_is_read_of_a_list(read, given):
    plan = reads(PYRAMID + f'  - branches: {{join: none, paths: [{{repeat: {{k: 1}}, from: "{read}", layers: []}}]}}')
    assert list(plan.outputs) == [f"maps.{unit}.conv1" for unit in given]


WAVENET = """
blocks:
  layer:
    args: {d: required}
    outputs: [skip, dense]
    layers:
      - conv: {out_channels: 3, kernel_size: 3, dilation: d, padding: d}
        name: dense
      - conv: {out_channels: 7, kernel_size: 1}
        name: skip
layers:
  - relu
  - layer: {d: 2 ** i}
    repeat: {i: 3}
    from: prev.dense
    name: stack
"""


def test_copies_with_side_outputs_say_which_one_goes_on():
    read = reads(WAVENET + "  - add: {}\n    from: stack.*.skip\n", "stack.0.dense", "stack.2.dense", "add1")
    assert read == {
        "stack.0.dense": ("relu1",),
        "stack.2.dense": ("stack.1.dense",),
        "add1": ("stack.0.skip", "stack.1.skip", "stack.2.skip"),
    }


LATER = [
    ("stack", ("stack.2.skip", "stack.2.dense")),
    ("stack.dense", ("stack.2.dense",)),
    ("prev.dense", ("stack.2.dense",)),
    ("stack.*.skip[1:]", ("stack.1.skip", "stack.2.skip")),
    ("stack.*.skip[0]", ("stack.0.skip",)),
    ("stack.0.skip", ("stack.0.skip",)),
    ("stack[-1].skip", ("stack.2.skip",)),
    ("stack[1:].dense", ("stack.1.dense", "stack.2.dense")),
]


@pytest.mark.parametrize(("read", "given"), LATER)
def test_what_is_read_of_copies(read, given):
    assert reads(WAVENET + f'  - concat: {{}}\n    from: ["{read}", stack.skip]', "concat1") == {
        "concat1": (*given, "stack.2.skip")
    }


def test_copies_that_are_off_hand_on_what_they_get():
    text = WAVENET.replace("repeat: {i: 3}", "repeat: {i: 3}\n    when: i != 1")
    assert reads(text, "stack.2.dense") == {"stack.2.dense": ("stack.0.dense",)}


CONDITIONED = """
blocks:
  film:
    inputs: [x, cond]
    layers: [{add: {}, from: [x, cond]}]
  ladder:
    inputs: [x, rungs.*]
    layers: [{add: {}, from: [x, rungs.0]}]
layers:
  - relu
  - sigmoid:
    name: cond
  - split: {sections: [1, 1, 1], dim: 1}
    from: relu1
    name: rgb
  - tanh: {}
    from: rgb.1
    name: first
"""


def test_what_copies_read_beside_the_one_before_stays():
    text = CONDITIONED + "  - film: {}\n    from: [prev, cond]\n    repeat: 2\n"
    read = reads(text.replace("from: rgb.1", "from: relu1"), "film1.add1", "film2.add1")
    assert read == {"film1.add1": ("first", "cond"), "film2.add1": ("film1.add1", "cond")}


def test_copies_that_read_by_their_counter():
    text = CONDITIONED + '  - film: {}\n    from: [prev, "rgb[-1 - i]"]\n    repeat: {i: 3}\n    name: down\n'
    read = reads(text, "down.0.add1", "down.2.add1")
    assert read == {"down.0.add1": ("first", "rgb.2"), "down.2.add1": ("down.1.add1", "rgb.0")}


def test_inputs_are_bound_one_by_one_or_a_list_takes_the_rest():
    for read in ("[first, rgb]", "[first, rgb.*]", "[first, rgb.0, rgb.1, rgb.2]"):
        assert reads(CONDITIONED + f"  - ladder: {{}}\n    from: {read}", "ladder1.add1") == {
            "ladder1.add1": ("first", "rgb.0")
        }


def test_two_lists_are_bound_one_by_one():
    text = """
blocks:
  both:
    inputs: [xs.*, ys.*]
    outputs: [a, b]
    layers:
      - branches:
          join: none
          paths: [{repeat: {i: count("xs")}, name: s, layers: [{add: {}, from: ["xs[i]", "ys[-1 - i]"]}]}]
        name: a
      - add:
        from: [ys]
        name: b
layers:
  - split: {sections: [1, 1, 1], dim: 1}
    name: rgb
  - both: {}
    from: ["rgb[:2]", "rgb[1:]"]
    name: mixed
  - concat: {}
    from: [mixed.b, "mixed.a[1]", mixed.a]
"""
    assert reads(text, "mixed.a.s.1.add1", "mixed.b", "concat1") == {
        "mixed.a.s.1.add1": ("rgb.1", "rgb.1"),
        "mixed.b": ("rgb.1", "rgb.2"),
        "concat1": ("mixed.b", "mixed.a.s.1.add1", "mixed.a.s.0.add1", "mixed.a.s.1.add1"),
    }


def test_what_was_legal_means_what_it_did():
    """Copies that give as many as they take hand all on; a list of names that are one thing each is as before."""
    text = """
blocks:
  swap:
    inputs: [a, b]
    outputs: [c, d]
    layers:
      - relu: {}
        from: b
        name: c
      - tanh: {}
        from: a
        name: d
layers:
  - sigmoid
  - swap: {}
    from: [prev, input]
    repeat: 2
  - concat
"""
    assert reads(text, "swap2.c", "swap2.d", "concat1") == {
        "swap2.c": ("swap1.d",),
        "swap2.d": ("swap1.c",),
        "concat1": ("swap2.c", "swap2.d"),
    }


FAULTS = [
    (
        "  - relu: {}\n    from: maps[3]",
        "maps[3]: the index 3 is outside the list, which has 3 maps: 0 to 2, or -3 to -1 from its end",
    ),
    ("  - {branches: {join: none, paths: [[], []]}, repeat: 60}", "the network has more than 20,000 layers"),
    ("  - relu: {}\n    from: maps[0][0]", "maps[0][0]: there are no parts, it is one map"),
    ("  - relu: {}\n    from: maps.first", "maps.first: there is no part first; the parts are: 0, 1, 2"),
    ("  - relu: {}\n    from: maps[", "'maps[' is not the name of a layer"),
    ("  - relu: {}\n    from: maps[]", "'maps[]' is not the name of a layer"),
    ("  - relu: {}\n    from: maps[k]", "unknown name k"),
    ("  - relu: {}\n    from: maps[0.5]", "the index 1/2 of a list must be a whole number"),
    ("  - relu: {}\n    from: maps[0:2:1]", "[0:2:1] has a first and a last element, [a:b], and no step"),
    ("  - relu: {}\n    from: nothing[0]", "there is no layer nothing before this"),
    (
        "  - unit: {width: 'count(\"mops\")'}\n    from: maps[0]",
        "there is no layer mops before this",
    ),
    ("  - unit: {width: count(3)}\n    from: maps[0]", 'count takes the name of a layer in quotes: count("conv1")'),
    ("  - relu: {}\n    from: maps", "relu1: takes 1 input, got 3"),
    ("  - branches: {join: {none: {dim: 1}}, paths: [[relu]]}", "join: none keeps the paths apart and takes nothing"),
    ("  - fuse: {}\n    from: [maps, maps]\n    repeat: 0\n  - unit: {width: 3}", "unit takes 1 input, got 6"),
]


@pytest.mark.parametrize(("entry", "message"), FAULTS)
def test_faults(entry, message):
    with pytest.raises(cnnplan.SpecError) as caught:
        cnnplan.load(HEAD + PYRAMID + entry)
    assert message in str(caught.value)


def test_a_copy_with_side_outputs_that_does_not_say_which_goes_on():
    with pytest.raises(cnnplan.SpecError, match="layer takes 1 input, got 2") as caught:
        cnnplan.load(HEAD + WAVENET.replace("    from: prev.dense\n", ""))
    assert "say which output the next copy takes: from: prev.skip" in str(caught.value.findings[0].hint)


def test_a_part_of_the_copy_before_that_it_does_not_have():
    with pytest.raises(cnnplan.SpecError, match=r"prev\.dnse: there is no part dnse; the parts are: skip, dense"):
        cnnplan.load(HEAD + WAVENET.replace("prev.dense", "prev.dnse"))
