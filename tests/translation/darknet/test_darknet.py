"""Darknet's files, written from the published architectures: shapes and totals are those that were published.

Weights: the bytes of the files that the authors offer, less their header of 20, by 4. BFLOPs: as Darknet prints them,
two for a multiply-add of a convolution.
"""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from cnnplan.cli import app
from cnnplan.errors import SpecError
from cnnplan.plan import plan_spec
from cnnplan.rules import check
from cnnplan.translation import load_spec


def section(name, **values):
    return f"[{name}]\n" + "".join(f"{key}={value}\n" for key, value in values.items())


def conv(filters, size=3, stride=1):
    values = {"batch_normalize": 1, "filters": filters, "size": size, "stride": stride, "pad": 1, "activation": "leaky"}
    return section("convolutional", **values)


def predicted(channels=255):
    last = section("convolutional", filters=channels, size=1, stride=1, pad=1, activation="linear")
    return last + section("yolo", classes=80, num=9, mask="0,1,2")


def route(*layers, **more):
    return section("route", layers=",".join(map(str, layers)), **more)


NET = section("net", batch=1, width=416, height=416, channels=3, momentum=0.9)


def yolov3():
    """Redmon & Farhadi 2018: darknet-53, and three scales."""
    text = NET + conv(32) + conv(64, stride=2)
    for width, times in ((64, 1), (128, 2), (256, 8), (512, 8), (1024, 4)):
        text += conv(width, stride=2) if width > 64 else ""
        text += (
            conv(width // 2, 1) + conv(width) + section("shortcut", **{"from": -3, "activation": "linear"})
        ) * times
    for width, skip in ((1024, 0), (512, 61), (256, 36)):
        if skip:
            text += route(-4) + conv(width // 2, 1) + section("upsample", stride=2) + route(-1, skip)
        text += (conv(width // 2, 1) + conv(width)) * 3 + predicted()
    return text


def tiny():
    """YOLOv3-tiny: its last pooling has a stride of 1, and keeps the size."""
    pool = section("maxpool", size=2, stride=2)
    text = NET + "".join(conv(width) + pool for width in (16, 32, 64, 128, 256)) + conv(512)
    text += section("maxpool", size=2, stride=1) + conv(1024) + conv(256, 1) + conv(512) + predicted()
    text += route(-4) + conv(128, 1) + section("upsample", stride=2) + route(-1, 8)
    return text + conv(256) + predicted()


def tiny4():
    """YOLOv4-tiny: halves of channels by group."""
    text = NET + conv(32, stride=2) + conv(64, stride=2)
    for width in (64, 128, 256):
        text += conv(width) + route(-1, groups=2, group_id=1) + conv(width // 2) + conv(width // 2)
        text += route(-1, -2) + conv(width, 1) + route(-6, -1) + section("maxpool", size=2, stride=2)
    text += conv(512) + conv(256, 1) + conv(512) + predicted()
    text += route(-4) + conv(128, 1) + section("upsample", stride=2) + route(-1, 23)
    return text + conv(256) + predicted()


PUBLISHED = {
    "yolov3": (yolov3, (248_007_048 - 20) // 4, 65.86, [(255, 13, 13), (255, 26, 26), (255, 52, 52)]),
    "yolov3-tiny": (tiny, (35_434_956 - 20) // 4, 5.56, [(255, 13, 13), (255, 26, 26)]),
    "yolov4-tiny": (tiny4, (24_251_276 - 20) // 4, 6.91, [(255, 13, 13), (255, 26, 26)]),
}
"""How each is written, the weights of its file, BFLOPs, and the maps that it predicts from."""


def written(folder, text):
    file = folder / "net.cfg"
    file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.parametrize("name", PUBLISHED)
def test_what_was_published(tmp_path, name):
    build, weights, billions, maps = PUBLISHED[name]
    plan = plan_spec(load_spec(written(tmp_path, build()))).at()
    assert plan.params + plan.buffers == weights
    assert round(2 * plan.macs / 1e9, 2) == pytest.approx(billions, abs=0.01)
    assert [shape[1:] for shape in plan.outputs.values()] == maps


def test_sizes_that_it_needs(tmp_path):
    condition = plan_spec(load_spec(written(tmp_path, yolov3()))).condition
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


def test_a_sum_of_unequal_maps(tmp_path):
    text = NET + conv(8) + conv(16) + section("shortcut", **{"from": -2, "activation": "linear"})
    (finding,) = check(written(tmp_path, text))
    assert (finding.location.line, "16 meets 8" in finding.message) == (21, True)


def test_a_key_that_nothing_reads(tmp_path):
    found = check(written(tmp_path, NET + conv(8).replace("stride", "strid")))
    assert [(finding.location.line, finding.message) for finding in found if finding.rule == "CNN032"] == [
        (11, "strid is not read: [convolutional] does not know it here")
    ]


def test_what_it_was_taken_for(tmp_path):
    assert "net.cfg: taken for Darknet cfg" in CliRunner().invoke(app, ["check", str(written(tmp_path, tiny()))]).output


@pytest.mark.parametrize(("keys", "expected"), [
    ({"stride": 2}, (7, 5)), ({"stride_x": 3}, (13, 3)), ({"stride_y": 3}, (5, 9)),
    ({"stride": 2, "stride_x": 4}, (7, 3)), ({"stride_y": 1, "stride_x": 2}, (13, 5)),
])  # fmt: skip
def test_a_stride_of_its_own_for_each_side(tmp_path, keys, expected):
    """On 13 x 9, y down and x along: (n + 2 * 1 - 3) // stride + 1."""
    text = section("net", width=9, height=13) + section("convolutional", filters=4, size=3, pad=1, **keys)
    ((shape,),) = [plan_spec(load_spec(written(tmp_path, text))).at().outputs.values()]
    assert shape[2:] == expected
