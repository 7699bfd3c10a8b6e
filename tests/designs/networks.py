"""The networks that are measured, by the names of their specs: libraries' own, and those written from their papers.

What `measure.py` reads off them is the truth of `test_designs.py`.
"""
# ruff: noqa: N803, PLC0415 - sizes are called as in the specs; a library is wanted by its own networks only

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import torch

from tests.designs.images import DCGAN, BiFPN, NnUNet, YOLOv3
from tests.designs.places import SPP, DeepFace, DeformedResNet, FFDNet, SpatialTransformer
from tests.designs.sequences import CRNN, EDSR, TwoTower
from tests.designs.sounds import CDur, ConvTasNet, DeepSpeech, Demucs, WaveNet
from tests.designs.words import GAT, Mamba, Stories

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import nn


class Network(NamedTuple):
    """A network, what it takes at some sizes, and the sizes at which it is measured."""

    make: Callable[[], nn.Module]
    inputs: Callable[..., tuple[torch.Tensor, ...]]
    sizes: list[dict[str, int]]
    source: str


def timm(name, **options):
    """A network of timm."""

    def make():
        import timm as library

        return library.create_model(name, **options)

    return make


def torchvision(name):
    """A network of torchvision."""

    def make():
        from torchvision import models

        return getattr(models, name)()

    return make


def image(channels=3):
    """A batch of images."""
    return lambda N, H, W: (torch.empty(N, channels, H, W),)


def planes(*sizes):
    """Sizes of batches of images."""
    return [dict(zip("NHW", size, strict=True)) for size in sizes]


def lengths(channels):
    """A batch of sounds."""
    return lambda N, T: (torch.empty(N, channels, T),)


def beside(*sizes):
    """Sizes of batches of sounds."""
    return [dict(zip("NT", size, strict=True)) for size in sizes]


def volumes(*sizes):
    """Sizes of batches of volumes."""
    return [dict(zip("NDHW", size, strict=True)) for size in sizes]


OWN = "written from the paper, PyTorch 2.14.1"


def words(N, T):
    """Numbers of words."""
    return (torch.zeros(N, T, dtype=torch.long),)


def texts(*sizes):
    """Numbers of texts, and how long they are."""
    return [dict(zip("NT", size, strict=True)) for size in sizes]


NETWORKS = {
    "hrnet_w18": Network(
        timm("hrnet_w18"), image(), planes((1, 224, 224), (2, 253, 221), (3, 160, 189)), "timm 1.0.31"
    ),
    "dla34": Network(timm("dla34"), image(), planes((1, 224, 224), (2, 255, 223), (3, 160, 191)), "timm 1.0.31"),
    "mobilenetv4_conv_small": Network(
        timm("mobilenetv4_conv_small"), image(), planes((1, 224, 224), (2, 257, 289), (3, 161, 191)), "timm 1.0.31"
    ),
    "mobilevit_s": Network(
        timm("mobilevit_s"), image(), planes((1, 256, 256), (2, 255, 191), (3, 128, 319)), "timm 1.0.31"
    ),
    "swin_t": Network(
        torchvision("swin_t"), image(), planes((1, 224, 224), (2, 257, 289), (3, 160, 191)), "torchvision 0.29.1"
    ),
    "wavenet": Network(WaveNet, lengths(256), beside((1, 16_000), (2, 4_001), (3, 1_023)), OWN),
    "conv_tasnet": Network(ConvTasNet, lengths(1), beside((1, 32_000), (2, 16_001), (3, 4_093)), OWN),
    "demucs": Network(Demucs, lengths(2), beside((1, 44_100), (2, 30_001), (3, 65_537)), OWN),
    "nnunet_3d": Network(
        NnUNet,
        lambda N, D, H, W: (torch.empty(N, 4, D, H, W),),
        volumes((1, 64, 64, 64), (2, 48, 80, 112), (3, 16, 32, 48)),
        OWN,
    ),
    "yolov3": Network(YOLOv3, image(), planes((1, 416, 416), (2, 415, 383), (1, 320, 607)), OWN),
    "bifpn": Network(
        BiFPN,
        lambda N, H, W: tuple(torch.empty(N, 64, H // 2**i, W // 2**i) for i in range(5)),
        planes((1, 64, 64), (2, 48, 80), (3, 16, 32)),
        OWN,
    ),
    "dcgan": Network(
        DCGAN, lambda N: (torch.empty(N, 100, 1, 1), torch.empty(N, 3, 64, 64)), [{"N": 1}, {"N": 7}, {"N": 64}], OWN
    ),
    "crnn": Network(
        CRNN,
        lambda N, W: (torch.empty(N, 1, 32, W),),
        [{"N": 1, "W": 100}, {"N": 2, "W": 133}, {"N": 5, "W": 257}],
        OWN,
    ),
    "edsr": Network(EDSR, image(), planes((1, 48, 48), (2, 33, 61), (1, 101, 77)), OWN),
    "two_tower": Network(
        TwoTower,
        lambda N, M, H, W, T: (torch.empty(N, 3, H, W), torch.zeros(M, T, dtype=torch.long)),
        [
            dict(zip("NMHWT", size, strict=True))
            for size in ((4, 4, 96, 96, 16), (2, 5, 113, 87, 9), (3, 8, 64, 161, 31))
        ],
        OWN,
    ),
    "stories15m": Network(Stories, words, texts((1, 256), (2, 33), (3, 101)), OWN),
    "mamba_130m": Network(Mamba, words, texts((1, 64), (2, 7), (3, 33)), OWN),
    "gat": Network(GAT, lambda V: (torch.empty(V, 1433), torch.empty(V, V)), [{"V": 2708}, {"V": 129}, {"V": 35}], OWN),
    "cdur": Network(CDur, lambda N, T: (torch.empty(N, T, 64),), texts((1, 501), (2, 127), (3, 66)), OWN),
    "deepspeech": Network(DeepSpeech, lambda N, T: (torch.empty(N, T, 494),), texts((1, 200), (2, 7), (3, 33)), OWN),
    "deepface": Network(DeepFace, lambda N: (torch.empty(N, 3, 152, 152),), [{"N": 1}, {"N": 3}, {"N": 16}], OWN),
    "zf_spp": Network(SPP, image(), planes((1, 224, 224), (2, 181, 333), (3, 97, 64)), OWN),
    "spatial_transformer": Network(
        SpatialTransformer, lambda N: (torch.empty(N, 1, 28, 28),), [{"N": 1}, {"N": 3}, {"N": 16}], OWN
    ),
    "ffdnet": Network(
        FFDNet,
        lambda N, H, W: (torch.empty(N, 1, H, W), torch.empty(N, 1, 1, 1)),
        planes((1, 480, 320), (2, 33, 61), (3, 100, 77)),
        OWN,
    ),
    "cspdarknet53": Network(
        timm("cspdarknet53", act_layer=torch.nn.Mish),
        image(),
        planes((1, 256, 256), (2, 255, 191), (3, 128, 319)),
        "timm 1.0.31, with Mish",
    ),
    "dcn_resnet50": Network(DeformedResNet, image(), planes((1, 256, 224), (2, 161, 95), (3, 97, 130)), OWN),
}
