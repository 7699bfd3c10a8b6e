"""Darknet's files, written from the published architectures: shapes and totals are those that were published.

Weights: the bytes of the files that the authors offer, less their header of 20, by 4. BFLOPs: as Darknet prints them,
two for a multiply-add of a convolution.
"""

from __future__ import annotations

import re
import struct

import numpy as np
import pytest
from typer.testing import CliRunner

from cnnplan.cli import app
from cnnplan.errors import SpecError
from cnnplan.executor import execute
from cnnplan.plan import plan_spec
from cnnplan.rules import check
from cnnplan.translation import load_spec
from tests.translation.darknet import networks
from tests.translation.darknet.networks import conv, net, plain, route, section

NET = net(416)

PUBLISHED = {
    "yolov3": (65.86, (248_007_048 - 20) // 4, [(255, 13, 13), (255, 26, 26), (255, 52, 52)]),
    "yolov3_spp": (141.45, (252_209_544 - 20) // 4, [(255, 19, 19), (255, 38, 38), (255, 76, 76)]),
    "yolov3_tiny": (5.56, (35_434_956 - 20) // 4, [(255, 13, 13), (255, 26, 26)]),
    "yolov4": (128.4, (257_717_640 - 20) // 4, [(255, 76, 76), (255, 38, 38), (255, 19, 19)]),
    "yolov4_tiny": (6.91, (24_251_276 - 20) // 4, [(255, 13, 13), (255, 26, 26)]),
    "yolov2": (62.94, (203_934_260 - 16) // 4, [(425, 19, 19)]),
    "yolov2_tiny": (5.41, (44_948_596 - 16) // 4, [(425, 13, 13)]),
    "darknet19": (7.29, 80, [(1000, 1, 1)]),
    "darknet53": (18.57, 159, [(1000, 1, 1)]),
    "reference": (0.96, 28, [(1000, 1, 1)]),
    "resnet50": (9.74, 87, [(1000, 1, 1)]),
    "resnet152": (29.39, 220, [(1000, 1, 1)]),
    "vgg16": (30.94, 528, [(1000,)]),
    "alexnet": (2.27, 238, [(1000,)]),
}
"""BFLOPs, the weights of the file by number or its size in MiB, and the maps that it predicts from."""

MIB = 1000
"""What is less than this is a size."""


def written(folder, text):
    file = folder / "net.cfg"
    file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.parametrize("name", PUBLISHED)
def test_what_was_published(tmp_path, name):
    billions, weights, maps = PUBLISHED[name]
    plan = plan_spec(load_spec(written(tmp_path, getattr(networks, name)()))).at()
    numbers = plan.params + plan.buffers
    assert weights == (round(4 * numbers / 2**20) if weights < MIB else numbers)
    assert round(2 * plan.macs / 1e9, 2) == pytest.approx(billions, abs=0.011)
    assert [shape[1:] for shape in plan.outputs.values()] == maps


KINDS = re.compile(r"(conv|pool|shortcut|concat|upsample|avgpool|reorg|slice|fullyConnected|softmax)_(\d+)")
REFUSED = ("resnet50", "resnet152")
"""OpenCV does not add maps of unequal size."""


@pytest.mark.parametrize("name", [*sorted({*PUBLISHED} - {*REFUSED}), "densenet201"])
def test_opencv_has_the_same_shapes(tmp_path, name):
    """At the file's own size and two more; it takes a file of as many weights as we count."""
    cv2 = pytest.importorskip("cv2", reason="an oracle that may be missing")
    if not hasattr(cv2.dnn, "readNetFromDarknet"):
        pytest.skip("OpenCV 5 reads no Darknet")
    file = written(tmp_path, getattr(networks, name)())
    plan = plan_spec(load_spec(file))
    sized = plan.at()
    weights = struct.pack("<iiiq", 0, 2, 0, 0) + bytes(4 * (sized.params + sized.buffers))
    net = cv2.dnn.readNetFromDarknet(*(np.frombuffer(each, np.uint8) for each in (file.read_bytes(), weights)))
    names = net.getLayerNames()
    own = sized.values["H"], sized.values["W"]
    for height, width in [own] if own[0] < 256 else [own, (192, 256), (320, 288)]:
        numbers, _, outputs = net.getLayersShapes([1, 3, height, width])
        pairs = zip(numbers.ravel(), outputs, strict=True)
        named = ((KINDS.fullmatch(names[number - 1]), shapes[0]) for number, shapes in pairs if number)
        theirs = {int(match[2]): (*map(int, shape),) for match, shape in named if match}
        ours = {section_of(node): (*node.shape,) for node in plan.at(N=1, H=height, W=width)}
        assert {number: ours[number] for number in theirs} == theirs


def section_of(node):
    return int(node.name.partition(".")[0].rpartition("_")[2])


def test_sizes_that_it_needs(tmp_path):
    condition = plan_spec(load_spec(written(tmp_path, networks.yolov3()))).condition
    legal = [0, *range(25, 32)]
    assert [h for h in range(32) if condition.holds({"H": 320 + h, "W": 96})] == legal
    assert [w for w in range(32) if condition.holds({"H": 96, "W": 320 + w})] == legal


@pytest.mark.parametrize(
    ("size", "stride", "padding", "expected"),
    [(2, 2, None, 7), (2, 1, None, 13), (3, 2, None, 7), (3, 2, 0, 6), (5, 1, 4, 13)],
)
def test_poolings_have_a_rule_of_their_own(tmp_path, size, stride, padding, expected):
    """13 elements: (13 + padding - size) // stride + 1, with a padding of size - 1 if none is said."""
    more = {} if padding is None else {"padding": padding}
    text = section("net", width=13, height=13) + section("maxpool", size=size, stride=stride, **more)
    ((shape,),) = [plan_spec(load_spec(written(tmp_path, text))).at().outputs.values()]
    assert shape[2:] == (expected, expected)


SLIPS = {
    "layer 1 [convolutoinal]: not understood": (conv(8), "[convolutoinal]\nfilters=4\n"),
    "layer 1 [route]: layers (=4): layer 1 can read layers 0 to 0": (conv(8), route(4)),
    "layer 1 [convolutional]: filters (=many) must be a whole number": (conv(8), conv("many")),
    "layer 1 [convolutional]: not understood: the activation swosh": (conv(8), conv(8).replace("leaky", "swosh")),
    "a line is [section] or key=value": (conv(8), "filters 8\n"),
}


@pytest.mark.parametrize("message", SLIPS)
def test_slips_are_told_with_their_line(tmp_path, message):
    before, wrong = SLIPS[message]
    with pytest.raises(SpecError) as caught:
        load_spec(written(tmp_path, NET + before + wrong))
    finding = caught.value.findings[0]
    assert message in finding.message
    assert finding.location.line > len((NET + before).splitlines())


@pytest.mark.parametrize(
    ("wide", "stride", "told"),
    [
        (16, 1, "8 of 16 channels"),
        (5, 1, "5 of 8 channels"),
        (16, 2, "8 of 16 channels, every 2 pixels of 416 x 416 for 208 x 208"),
    ],
)
def test_a_sum_of_unequal_maps_is_of_what_both_have(tmp_path, wide, stride, told):
    """Darknet's shortcut: the first channels, and pixels some steps apart; nothing is said there."""
    text = NET + conv(wide) + conv(8, stride=stride) + section("shortcut", from_=-2, activation="linear")
    file = written(tmp_path, text)
    (finding,) = [each for each in check(file) if each.rule == "CNN032"]
    assert (finding.location.line, finding.severity) == (22, "note")
    assert finding.message == f"layer 2 [shortcut]: layer 0 is not as large, and Darknet adds {told}"
    ((shape,),) = [plan_spec(load_spec(file)).at().outputs.values()]
    assert shape == (1, 8, 416 // stride, 416 // stride)


def test_the_sum_of_unequal_maps_by_hand(tmp_path):
    """6 x 8 onto 3 x 4: what comes in at the even places is added to what the layer before gives."""
    text = section("net", height=6, width=8, channels=3) + section("dropout", probability="0.5")
    text += section("maxpool", size=1, stride=2) + section("shortcut", from_=-2, activation="linear")
    image = np.arange(144.0).reshape(1, 3, 6, 8)
    run = execute(plan_spec(load_spec(written(tmp_path, text))).graph, inputs={"input": image})
    (given,) = run.outputs.values()
    assert np.array_equal(given, 2 * image[:, :, ::2, ::2])


@pytest.mark.parametrize(
    ("size", "stride", "step", "told"),
    [
        ((9, 7), 2, 1, "the first 5 x 4 pixels of 9 x 7"),
        ((7, 10), 3, 2, "every 2 pixels of 7 x 10 for 3 x 4, the rest of which is left out"),
    ],
)
def test_the_sum_of_maps_that_are_no_multiple_by_hand(tmp_path, size, stride, step, told):
    """9 // 5 = 7 // 4 = 1: no pixel is left out in between; 7 // 3 = 10 // 4 = 2: every second, the last ones never."""
    text = section("net", height=size[0], width=size[1], channels=3) + section("dropout", probability="0.5")
    text += section("maxpool", size=1, stride=stride) + section("shortcut", from_=-2, activation="linear")
    file = written(tmp_path, text)
    (finding,) = [each for each in check(file) if each.rule == "CNN032"]
    assert finding.message == f"layer 2 [shortcut]: layer 0 is not as large, and Darknet adds {told}"
    image = np.arange(3.0 * size[0] * size[1]).reshape(1, 3, *size)
    (given,) = execute(plan_spec(load_spec(file)).graph, inputs={"input": image}).outputs.values()
    own = image[:, :, ::stride, ::stride]
    rows, columns = (step * n for n in own.shape[2:])
    assert np.array_equal(given, own + image[:, :, :rows:step, :columns:step])


STOPPED = {
    "layer 3 [shortcut]: not understood: layer 1 of 139 x 139 meets 416 x 416, which Darknet adds to some of its": (
        conv(8, stride=3) + route(0) + section("shortcut", from_=1)
    ),
    "layer 2 [shortcut]: layer 0 of 416 x 416 meets 104 x 208: Darknet stops": (
        section("maxpool", size=1, stride_y=4, stride_x=2) + section("shortcut", from_=0)
    ),
    "layer 2 [sam]: multiplies layer 0 of 8 x 416 x 416, and needs the same of the layer before, not 6 x 416 x 416": (
        conv(6) + section("sam", from_=0)
    ),
    "layer 2 [scale_channels]: multiplies layer 0 of 8 x 416 x 416, and needs 8 x 1 x 1 of the layer before, not 6": (
        conv(6) + section("scale_channels", from_=0)
    ),
    "layer 2 [scale_channels]: multiplies layer 0 of 8 x 416 x 416, and needs 1 x 416 x 416 of the layer before": (
        conv(6) + section("scale_channels", from_=0, scale_wh=1)
    ),
    "layer 1 [crop]: crops 500 x 32 out of 8 x 416 x 416": section("crop", crop_height=500, crop_width=32),
}


@pytest.mark.parametrize("message", STOPPED)
def test_sizes_at_which_darknet_stops(tmp_path, message):
    file = written(tmp_path, NET + conv(8) + STOPPED[message])
    (finding,) = [each for each in check(file) if each.severity == "error"]
    assert (message in finding.message, finding.rule) == (True, "CNN104")


def test_attention_to_places(tmp_path):
    """[sam]: 4 x 5 x 7 times what a convolution of 1 makes of it, 4 * 4 + 4 weights and 4 * 4 * 35 MACs of it."""
    text = section("net", height=5, width=7, channels=4) + section("dropout")
    text += plain(4, activation="logistic") + section("sam", from_=-2)
    plan = plan_spec(load_spec(written(tmp_path, text))).at()
    assert (plan.params, plan.macs) == (20, 560)
    assert [(node.op.verb, node.shape) for node in plan][-1] == ("multiply", (1, 4, 5, 7))


@pytest.mark.parametrize(("wide", "more", "weights"), [(4, {}, 20), (1, {"scale_wh": 1}, 5)])
def test_channels_and_pixels_are_scaled(tmp_path, wide, more, weights):
    """[scale_channels]: by a number of each channel, of 1 x 1; by one of each pixel with scale_wh."""
    text = section("net", height=5, width=7, channels=4) + section("dropout") + ("" if more else section("avgpool"))
    text += plain(wide, activation="logistic")
    text += section("scale_channels", from_=0, **more, activation="relu")
    plan = plan_spec(load_spec(written(tmp_path, text))).at()
    assert plan.params == weights
    assert [(node.op.verb, node.shape) for node in plan][-2:] == [("multiply", (1, 4, 5, 7)), ("relu", (1, 4, 5, 7))]


@pytest.mark.parametrize("noadjust", [0, 1])
def test_the_middle_of_an_image(tmp_path, noadjust):
    """4 x 3 out of 7 x 9: rows 1 to 4, columns 3 to 5, and 2x - 1 of what is there."""
    text = section("net", height=7, width=9, channels=3)
    text += section("crop", crop_height=4, crop_width=3, flip=0, angle=0, noadjust=noadjust)
    image = np.arange(189.0).reshape(1, 3, 7, 9)
    plan = plan_spec(load_spec(written(tmp_path, text)))
    (given,) = execute(plan.graph, inputs={"input": image}).outputs.values()
    middle = image[:, :, 1:5, 3:6]
    assert np.array_equal(given, middle if noadjust else 2 * middle - 1)


GATED = {
    "sam": conv(8) + plain(8, activation="logistic") + section("sam", from_=-2),
    "scale_channels": conv(8)
    + section("avgpool")
    + plain(8, activation="logistic")
    + section("scale_channels", from_=0),
    "crop": section("crop", crop_height=20, crop_width=24, noadjust=1) + conv(8),
}


@pytest.mark.parametrize("name", GATED)
def test_opencv_multiplies_and_crops_to_the_same_size(tmp_path, name):
    cv2 = pytest.importorskip("cv2", reason="an oracle that may be missing")
    if not hasattr(cv2.dnn, "readNetFromDarknet"):
        pytest.skip("OpenCV 5 reads no Darknet")
    file = written(tmp_path, section("net", height=32, width=48, channels=3) + GATED[name])
    sized = plan_spec(load_spec(file)).at()
    weights = struct.pack("<iiiq", 0, 2, 0, 0) + bytes(4 * (sized.params + sized.buffers))
    net = cv2.dnn.readNetFromDarknet(*(np.frombuffer(each, np.uint8) for each in (file.read_bytes(), weights)))
    net.setInput(np.zeros((1, 3, 32, 48), np.float32))
    assert [net.forward().shape] == [*sized.outputs.values()]


def test_a_key_that_nothing_reads(tmp_path):
    found = check(written(tmp_path, NET + conv(8).replace("stride", "strid")))
    assert [(finding.location.line, finding.message) for finding in found if finding.rule == "CNN032"] == [
        (11, "strid is not read: [convolutional] does not know it here")
    ]


def test_what_it_was_taken_for(tmp_path):
    assert (
        "net.cfg: taken for Darknet cfg"
        in CliRunner().invoke(app, ["check", str(written(tmp_path, networks.yolov3_tiny()))]).output
    )


@pytest.mark.parametrize(("keys", "expected"), [
    ({"stride": 2}, (7, 5)), ({"stride_x": 3}, (13, 3)), ({"stride_y": 3}, (5, 9)),
    ({"stride": 2, "stride_x": 4}, (7, 3)), ({"stride_y": 1, "stride_x": 2}, (13, 5)),
])  # fmt: skip
def test_a_stride_of_its_own_for_each_side(tmp_path, keys, expected):
    """On 13 x 9, y down and x along: (n + 2 * 1 - 3) // stride + 1."""
    text = section("net", width=9, height=13) + section("convolutional", filters=4, size=3, pad=1, **keys)
    ((shape,),) = [plan_spec(load_spec(written(tmp_path, text))).at().outputs.values()]
    assert shape[2:] == expected
