"""Networks run on images: filters do what they are known for, sizes come from the image, pictures are written."""

from __future__ import annotations

import io

import numpy as np
import pytest

import cnnplan
from cnnplan.errors import UsageError
from cnnplan.images import FILTERS, feature_maps
from cnnplan.images.filters import bank, chosen
from cnnplan.images.pictures import sheet

image = pytest.importorskip("PIL.Image", reason="Pillow is not installed")

SPEC = """
cnnplan: 1
name: filters
symbols: {N: 1, H: {default: 32, min: 8}, W: {default: 40, min: 8}}
input: [N, 1, H, W]
layers:
  - conv: {out_channels: 3, kernel_size: 3, padding: 1}
  - max_pool: {kernel_size: 2}
"""


@pytest.fixture
def plan():
    return cnnplan.load(SPEC)


@pytest.fixture
def step(tmp_path):
    """An image of 24 rows and 36 columns: black on the left, white from column 18 on."""
    array = np.zeros((24, 36), dtype=np.uint8)
    array[:, 18:] = 255
    path = tmp_path / "step.png"
    image.fromarray(array).save(path)
    return path


def opened(data):
    return np.asarray(image.open(io.BytesIO(data)))


@pytest.mark.parametrize(
    ("name", "flat", "upright"),
    [
        # on an even surface of 1; at a step from 0 to 1 between the middle and the right column
        ("identity", 1, 0),
        ("edge", 0, -3),
        ("sharpen", 1, -1),
        ("blur", 1, 1 / 3),
        ("gauss", 1, 80 / 256),
        ("sobel_x", 0, 4),
        ("sobel_y", 0, 0),
        ("laplace", 0, 1),
        ("emboss", 1, 3),
    ],
)
def test_what_a_filter_does(name, flat, upright):
    (matrix,) = chosen([name])
    side = matrix.shape[0]
    surface = np.zeros((side, side))
    surface[:, side // 2 + 1 :] = 1
    assert matrix.sum() == pytest.approx(flat)
    assert (matrix * surface).sum() == pytest.approx(upright)


def test_every_filter_is_in_the_table_above():
    assert len(FILTERS) == 9


def test_a_small_filter_stands_in_the_middle_of_a_kernel():
    weight = bank(chosen(["identity", "blur"]), (3, 2, 5, 7), "float64")
    assert weight[0, 0, 2, 3] == weight[2, 1, 2, 3] == 1 / 2
    assert weight[1].sum() == pytest.approx(1)
    assert np.count_nonzero(weight[1, 0]) == 9


def test_a_filter_that_is_larger_than_the_kernel():
    with pytest.raises(UsageError, match="a filter of 5 x 5 does not fit a kernel of 3 x 3"):
        bank(chosen(["gauss"]), (2, 1, 3, 3), "float32")


def test_a_filter_that_does_not_exist(plan, step):
    with pytest.raises(UsageError, match="no filter 'edgy': choose among identity, edge"):
        feature_maps(plan, step, filters=["edgy"])


def test_the_image_decides_the_size_and_the_filter_finds_the_step(plan, step):
    at, maps = feature_maps(plan, step, filters=["sobel_x"])
    assert (at.values["H"], at.values["W"]) == (24, 36)
    assert [(each.name, each.shape) for each in maps] == [
        ("input", (1, 1, 24, 36)),
        ("conv1", (1, 3, 24, 36)),
        ("max_pool1", (1, 3, 12, 18)),
    ]
    conv = maps[1]
    assert (conv.low, conv.high) == (-4, 4)  # the right edge, where white meets the padding; the step


def test_a_size_that_is_given_stays(step):
    at, maps = feature_maps(cnnplan.load(SPEC, H=16), step, given=["H"])
    assert at.values["H"] == 16
    assert maps[0].shape == (1, 1, 16, 40)


def test_chosen_layers(plan, step):
    _, maps = feature_maps(plan, step, layers=["max_pool1"])
    assert [each.name for each in maps] == ["input", "max_pool1"]
    with pytest.raises(UsageError, match="filters has no layer conv7"):
        feature_maps(plan, step, layers=["conv7"])


def test_weights_that_are_given(plan, step, tmp_path):
    weight = np.zeros((3, 1, 3, 3), dtype=np.float32)
    weight[:, 0, 1, 1] = (1, 2, 3)
    np.savez(tmp_path / "weights.npz", **{"conv1.weight": weight, "conv1.bias": np.zeros(3)})
    _, maps = feature_maps(plan, step, weights=tmp_path / "weights.npz")
    assert (maps[1].low, maps[1].high) == (0, 3)


def test_what_is_no_image(plan, tmp_path):
    (tmp_path / "text.png").write_text("no image")
    with pytest.raises(UsageError, match="cannot be read"):
        feature_maps(plan, tmp_path / "text.png")
    with pytest.raises(UsageError, match="cannot be read"):
        feature_maps(plan, tmp_path / "missing.png")


def test_a_sheet_is_dark_at_the_least_and_light_at_the_greatest():
    made = sheet(np.stack([np.full((50, 60), value) for value in (-1.0, 0.0, 3.0)]))
    assert made.shape == (50 * 2 + 2, 60 * 2 + 2)
    assert (made[0, 0], made[0, -1], made[-1, 0], made[-1, -1]) == (0, 63, 255, 128)


def test_the_command_writes_pictures_and_a_page(python, step, tmp_path):
    spec = tmp_path / "filters.yaml"
    spec.write_text(SPEC)
    out = tmp_path / "out"
    ran = python("-m", "cnnplan", "run", spec, "--input", step, "--filters", "edge,blur", "-o", out)
    assert ran.returncode == 0, ran.stderr
    assert sorted(file.name for file in out.iterdir()) == [
        "00-input.png",
        "01-conv1.png",
        "02-max_pool1.png",
        "report.html",
    ]
    assert "data:image/png;base64," in (out / "report.html").read_text(encoding="utf-8")
    assert opened((out / "01-conv1.png").read_bytes()).shape == (2 * 48 + 2, 2 * 72 + 2)
