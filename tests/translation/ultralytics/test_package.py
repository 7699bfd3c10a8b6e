"""The files of the installed package, every scale: parameters and GFLOPs are those in `totals.json`.

The table was written down from the package itself, which built every network; of 246 pairs one wants weights from the
net. Only the package has the files: where it is not installed nothing is compared.
"""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path

import pytest

from cnnplan.plan import plan_spec
from cnnplan.translation import load_spec
from cnnplan.translation.ultralytics import VERSION

TABLE = json.loads((Path(__file__).parent / "totals.json").read_text(encoding="utf-8"))
PAIRS = [(file, scale) for file, scales in TABLE["totals"].items() for scale in scales]


def test_the_table_is_of_the_version_that_is_followed():
    assert TABLE["ultralytics"] == VERSION
    assert len(PAIRS) == 245


@pytest.mark.slow
@pytest.mark.skipif(find_spec("ultralytics") is None, reason="the files are those of the package")
@pytest.mark.parametrize(("file", "scale"), PAIRS)
def test_totals(file, scale):
    (folder,) = find_spec("ultralytics").submodule_search_locations
    plan = plan_spec(load_spec(Path(folder) / "cfg/models" / file, scale=scale)).at(N=1, H=640, W=640)
    params, billions = TABLE["totals"][file][scale]
    assert plan.params == params
    assert int(plan.counted("ultralytics").total) / 1e9 == pytest.approx(billions, rel=1e-9)
