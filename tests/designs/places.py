"""Networks of images that look elsewhere than a convolution does, written from their papers."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import nn
from torch.nn import functional


class Local(nn.Module):
    """A convolution with weights of its own at every place."""

    def __init__(self, before, width, size, out, stride=1):
        super().__init__()
        self.size, self.stride, self.out = size, stride, out
        self.weight = nn.Parameter(torch.empty(width, before * size**2, out**2))
        self.bias = nn.Parameter(torch.empty(width, out**2))

    def forward(self, x):
        windows = functional.unfold(x, self.size, stride=self.stride)
        return (torch.einsum("nkl,okl->nol", windows, self.weight) + self.bias).unflatten(-1, (self.out, self.out))


class DeepFace(nn.Sequential):
    """Three locally connected layers between convolutions and dense layers."""

    def __init__(self):
        super().__init__(
            nn.Conv2d(3, 32, 11), nn.ReLU(), nn.MaxPool2d(3, 2, ceil_mode=True), nn.Conv2d(32, 16, 9), nn.ReLU(),
            Local(16, 16, 9, 55), nn.ReLU(), Local(16, 16, 7, 25, 2), nn.ReLU(), Local(16, 16, 5, 21), nn.ReLU(),
            nn.Flatten(), nn.Linear(21 * 21 * 16, 4096), nn.ReLU(), nn.Dropout(), nn.Linear(4096, 4030),
        )  # fmt: skip


class Pyramid(nn.Module):
    """Pooled to several numbers of places."""

    def __init__(self):
        super().__init__()
        self.pools = nn.ModuleList(nn.AdaptiveMaxPool2d(n) for n in (6, 3, 2, 1))

    def forward(self, x):
        return torch.cat([pool(x).flatten(1) for pool in self.pools], 1)


class SPP(nn.Sequential):
    """ZF-5 with a spatial pyramid."""

    def __init__(self):
        def squash():
            return [nn.ReLU(), nn.LocalResponseNorm(3, 5e-5), nn.MaxPool2d(3, 2, 1, ceil_mode=True)]

        super().__init__(
            nn.Conv2d(3, 96, 7, 2, 3), *squash(), nn.Conv2d(96, 256, 5, 2, 2), *squash(),
            nn.Conv2d(256, 384, 3, padding=1), nn.ReLU(), nn.Conv2d(384, 384, 3, padding=1), nn.ReLU(),
            nn.Conv2d(384, 256, 3, padding=1), nn.ReLU(), Pyramid(), nn.Linear(12_800, 4096), nn.ReLU(), nn.Dropout(),
            nn.Linear(4096, 4096), nn.ReLU(), nn.Dropout(), nn.Linear(4096, 1000),
        )  # fmt: skip


class SpatialTransformer(nn.Module):
    """PyTorch's tutorial."""

    def __init__(self):
        super().__init__()
        self.look = nn.Sequential(
            nn.Conv2d(1, 8, 7), nn.MaxPool2d(2), nn.ReLU(), nn.Conv2d(8, 10, 5), nn.MaxPool2d(2), nn.ReLU(),
            nn.Flatten(), nn.Linear(90, 32), nn.ReLU(), nn.Linear(32, 6),
        )  # fmt: skip
        self.read = nn.Sequential(
            nn.Conv2d(1, 10, 5), nn.MaxPool2d(2), nn.ReLU(), nn.Conv2d(10, 20, 5), nn.Dropout2d(), nn.MaxPool2d(2),
            nn.ReLU(), nn.Flatten(), nn.Linear(320, 50), nn.ReLU(), nn.Dropout(), nn.Linear(50, 10), nn.LogSoftmax(1),
        )  # fmt: skip
        middles = (torch.arange(28) + 0.5) / 14 - 1
        rows, columns = torch.meshgrid(middles, middles, indexing="ij")
        self.register_buffer("places", torch.stack([columns, rows, torch.ones_like(rows)], -1).view(1, 784, 3))

    def forward(self, x):
        grid = self.places @ self.look(x).view(-1, 2, 3).transpose(1, 2)
        return self.read(functional.grid_sample(x, grid.view(-1, 28, 28, 2), align_corners=False))


class FFDNet(nn.Module):
    """Denoising at a quarter of the places."""

    def __init__(self):
        super().__init__()
        widths = [5, *[64] * 14]
        units = [(nn.Conv2d(a, b, 3, padding=1), nn.ReLU()) for a, b in pairwise(widths)]
        self.body = nn.Sequential(*(layer for unit in units for layer in unit), nn.Conv2d(64, 4, 3, padding=1))

    def forward(self, image, strength):
        height, width = image.shape[2:]
        pixels = functional.pixel_unshuffle(functional.pad(image, (0, width % 2, 0, height % 2), "replicate"), 2)
        noise = strength.expand(-1, 1, *pixels.shape[2:])
        return functional.pixel_shuffle(self.body(torch.cat([pixels, noise], 1)), 2)[..., :height, :width]


class Deformed(nn.Module):
    """A 3 x 3 convolution that says first where it looks, with the norm behind it."""

    def __init__(self, width, stride):
        from torchvision.ops import DeformConv2d  # noqa: PLC0415 - only this network wants it

        super().__init__()
        self.says = nn.Conv2d(width, 27, 3, stride, 1)
        self.conv = DeformConv2d(width, width, 3, stride, 1, bias=False)

    def forward(self, x):
        says = self.says(x)
        return self.conv(x, says[:, :18], says[:, 18:].sigmoid())


class DeformedResNet(nn.Module):
    """torchvision's ResNet-50 with deformable convolutions from the second stage on."""

    def __init__(self):
        from torchvision.models import resnet50  # noqa: PLC0415

        super().__init__()
        net = resnet50()
        self.stem = nn.Sequential(net.conv1, net.bn1, net.relu, net.maxpool)
        self.stages = nn.ModuleList([net.layer1, net.layer2, net.layer3, net.layer4])
        for stage in self.stages[1:]:
            for block in stage:
                block.conv2 = Deformed(block.conv2.in_channels, block.conv2.stride[0])

    def forward(self, x):
        x, maps = self.stem(x), []
        for stage in self.stages:
            x = stage(x)
            maps.append(x)
        return maps
