"""The same sweep over a cluster of two processes."""

from __future__ import annotations

import warnings

import pytest

import cnnplan
from cnnplan.exploration import distribution, sweeping

pytest.importorskip("distributed")


@pytest.fixture(scope="module")
def client():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        client = distribution.client("2")
        yield client
        client.cluster.close()
        client.close()


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    "options",
    [{"where": "macs < 900M"}, {"sort": "-macs", "limit": 7}, {"pareto": ("params", "-macs")}, {"limit": 300_000}],
    ids=["where", "sort", "pareto", "all"],
)
def test_the_same_rows(client, specs, options):
    values = {"H": "1:400", "W": "1:230", "variant": "resnet18,resnet50"}
    assert sweeping.SLAB < 400 * 230 * 2
    alone = cnnplan.sweep(specs / "resnet.yaml", **values, **options)
    shared = cnnplan.sweep(specs / "resnet.yaml", **values, **options, client=client)
    assert list(shared) == list(alone)
    for name, column in alone.items():
        assert shared[name].tolist() == column.tolist()
    assert alone.rows


def test_another_may_run_beside_it(client):
    """Dask takes port 8787 for what it tells of itself, and warns where it is taken."""
    assert client.cluster.scheduler.http_server.port != 8787


def test_what_is_no_client(choices):
    with pytest.raises(cnnplan.UsageError, match=r"dask\.distributed\.Client"):
        cnnplan.sweep(choices, client="two")
