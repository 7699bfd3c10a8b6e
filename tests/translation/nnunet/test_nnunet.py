"""nnU-Net's plans: the U-Net that they mean, worked out by hand."""

from __future__ import annotations

import copy
import json

import pytest

from cnnplan.errors import SpecError, UsageError
from cnnplan.plan import plan_spec
from cnnplan.rules import check
from cnnplan.translation import load_spec

PLANS = {
    "dataset_name": "Dataset004_Part",
    "plans_name": "nnUNetPlans",
    "configurations": {
        "2d": {
            "batch_size": 12,
            "patch_size": [56, 40],
            "architecture": {
                "network_class_name": "dynamic_network_architectures.architectures.unet.PlainConvUNet",
                "arch_kwargs": {
                    "n_stages": 3,
                    "features_per_stage": [6, 10, 14],
                    "kernel_sizes": [[3, 3], [3, 3], [3, 3]],
                    "strides": [[1, 1], [2, 2], [2, 2]],
                    "n_conv_per_stage": [2, 2, 2],
                    "n_conv_per_stage_decoder": [2, 2],
                    "conv_bias": True,
                    "norm_op_kwargs": {"eps": 1e-05, "affine": True},
                },
            },
        },
        "3d_lowres": {
            "patch_size": [8, 24, 16],
            "UNet_class_name": "PlainConvUNet",
            "UNet_base_num_features": 4,
            "unet_max_num_features": 7,
            "conv_kernel_sizes": [[1, 3, 3], [3, 3, 3]],
            "pool_op_kernel_sizes": [[1, 1, 1], [1, 2, 2]],
            "n_conv_per_stage_encoder": [2, 2],
            "n_conv_per_stage_decoder": [2],
        },
        "3d_cascade_fullres": {"inherits_from": "3d_fullres"},
    },
}


def written(folder, plans, name="plans.json"):
    file = folder / name
    file.write_text(json.dumps(plans), encoding="utf-8")
    return file


def unit(coming, width, taps):
    """Weights and bias of a convolution, factor and shift of its norm."""
    return coming * width * taps + 3 * width


def test_two_dimensions(tmp_path):
    plan = plan_spec(load_spec(written(tmp_path, PLANS), scale="2d")).at(channels=2, classes=3)
    encoder = unit(2, 6, 9) + unit(6, 6, 9) + unit(6, 10, 9) + unit(10, 10, 9) + unit(10, 14, 9) + unit(14, 14, 9)
    first = 14 * 10 * 4 + 10 + unit(20, 10, 9) + unit(10, 10, 9) + 3 * 11
    second = 10 * 6 * 4 + 6 + unit(12, 6, 9) + unit(6, 6, 9) + 3 * 7
    assert plan.params == encoder + first + second
    assert next(iter(plan.outputs.values())) == (12, 3, 56, 40)


def test_three_dimensions_as_of_2023(tmp_path):
    plan = plan_spec(load_spec(written(tmp_path, PLANS), scale="3d_lowres")).at()
    encoder = unit(1, 4, 9) + unit(4, 4, 9) + unit(4, 7, 27) + unit(7, 7, 27)
    assert plan.params == encoder + 7 * 4 * 4 + 4 + unit(8, 4, 9) + unit(4, 4, 9) + 2 * 5
    assert list(plan.outputs.values()) == [(1, 2, 8, 24, 16)]


def test_a_residual_encoder(tmp_path):
    """Figures of dynamic_network_architectures 0.4.1 itself, counted by torch's counter."""
    plans = copy.deepcopy(PLANS)
    architecture = plans["configurations"]["2d"]["architecture"]
    architecture["network_class_name"] = "dynamic_network_architectures.architectures.unet.ResidualEncoderUNet"
    architecture["arch_kwargs"] |= {"n_blocks_per_stage": [1, 3, 2], "n_conv_per_stage_decoder": [1, 2]}
    plan = plan_spec(load_spec(written(tmp_path, plans), scale="2d")).at(N=1, channels=2, classes=3)
    assert plan.params == 16_706
    assert plan.macs == 8_924_720
    assert next(iter(plan.outputs.values())) == (1, 3, 56, 40)


def test_a_patch_that_the_strides_do_not_divide(tmp_path):
    plans = copy.deepcopy(PLANS)
    plans["configurations"]["2d"]["patch_size"] = [54, 40]
    found = [finding for finding in check(written(tmp_path, plans)) if finding.severity == "error"]
    assert "decoder.0.concat" in str(found[0])
    assert "H = 54" in found[0].message


def test_configurations(tmp_path):
    with pytest.raises(UsageError, match=r"the configurations of these plans are 2d, 3d_lowres"):
        load_spec(written(tmp_path, PLANS), scale="3d_fullres")


def test_another_network_is_refused(tmp_path):
    plans = copy.deepcopy(PLANS)
    plans["configurations"]["2d"]["architecture"]["network_class_name"] = "architectures.unet.Mamba"
    with pytest.raises(SpecError, match="not understood: the network Mamba"):
        load_spec(written(tmp_path, plans), scale="2d")
    plans["configurations"]["2d"]["architecture"] = {"network_class_name": "x.PlainConvUNet", "arch_kwargs": {}}
    with pytest.raises(SpecError, match="cannot be read: KeyError"):
        load_spec(written(tmp_path, plans), scale="2d")


def test_as_many_stages_as_no_image_has(tmp_path):
    """Each of 5,000 would be written out, with its skips, before anybody counted them."""
    plans = copy.deepcopy(PLANS)
    kwargs = plans["configurations"]["2d"]["architecture"]["arch_kwargs"]
    kwargs |= {key: [kwargs[key][-1]] * 5_000 for key in ("features_per_stage", "kernel_sizes", "strides")}
    with pytest.raises(SpecError, match="cannot be read: ValueError\\('more than 20 stages'"):
        load_spec(written(tmp_path, plans), scale="2d")
