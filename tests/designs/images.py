"""Networks of images and volumes, written from their papers."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812 - its usual name


def double(before, width, stride=1):
    """Two convolutions of nnU-Net, each with instance norm and a leaky ReLU."""
    steps = [(before, stride), (width, 1)]
    layers = (
        (nn.Conv3d(c, width, 3, s, 1), nn.InstanceNorm3d(width, affine=True), nn.LeakyReLU(0.01)) for c, s in steps
    )
    return nn.Sequential(*(layer for three in layers for layer in three))


class NnUNet(nn.Module):
    """The 3-d configuration of nnU-Net at full resolution."""

    def __init__(self, classes=3, widths=(32, 64, 128, 256, 320)):
        super().__init__()
        pairs = list(zip((4, *widths), widths, strict=False))
        self.down = nn.ModuleList(double(*pair, stride=1 if i == 0 else 2) for i, pair in enumerate(pairs))
        ups = list(zip(widths[::-1], widths[-2::-1], strict=False))
        self.up = nn.ModuleList(nn.ConvTranspose3d(deep, width, 2, stride=2) for deep, width in ups)
        self.join = nn.ModuleList(double(2 * width, width) for _, width in ups)
        self.heads = nn.ModuleList(nn.Conv3d(width, classes, 1) for _, width in ups[1:])

    def forward(self, x):
        skips = []
        for layer in self.down:
            x = layer(x)
            skips.append(x)
        ends = []
        for up, join, skip in zip(self.up, self.join, skips[-2::-1], strict=True):
            x = join(torch.cat([up(x), skip], 1))
            ends.append(x)
        return [head(end) for head, end in zip(self.heads, ends[1:], strict=True)]


def norm_conv(before, width, size=1, stride=1):
    """YOLO's convolution."""
    convolution = nn.Conv2d(before, width, size, stride, size // 2, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(width), nn.LeakyReLU(0.1))


class Residual(nn.Module):
    """A residual unit of Darknet."""

    def __init__(self, width):
        super().__init__()
        self.body = nn.Sequential(norm_conv(width, width // 2), norm_conv(width // 2, width, 3))

    def forward(self, x):
        return x + self.body(x)


class YOLOv3(nn.Module):
    """Darknet-53, a pyramid of three levels, and three heads."""

    def __init__(self, outputs=255):
        super().__init__()
        stages = [(32, 64, 1), (64, 128, 2), (128, 256, 8), (256, 512, 8), (512, 1024, 4)]
        self.first = norm_conv(3, 32, 3)
        self.stages = nn.ModuleList(
            nn.Sequential(norm_conv(c, w, 3, 2), *(Residual(w) for _ in range(depth))) for c, w, depth in stages
        )
        self.necks = nn.ModuleList(self.neck(c, w) for c, w in ((1024, 512), (768, 256), (384, 128)))
        self.heads = nn.ModuleList(
            nn.Sequential(norm_conv(w, 2 * w, 3), nn.Conv2d(2 * w, outputs, 1)) for w in (512, 256, 128)
        )
        self.ups = nn.ModuleList(norm_conv(w, w // 2) for w in (512, 256))

    @staticmethod
    def neck(before, width):
        return nn.Sequential(
            *(norm_conv(before, width), norm_conv(width, 2 * width, 3), norm_conv(2 * width, width)),
            *(norm_conv(width, 2 * width, 3), norm_conv(2 * width, width)),
        )

    def forward(self, x):
        levels, x = [], self.first(x)
        for stage in self.stages:
            x = stage(x)
            levels.append(x)
        given = []
        for i, (neck, head) in enumerate(zip(self.necks, self.heads, strict=True)):
            if i:
                x = torch.cat([F.interpolate(self.ups[i - 1](x), scale_factor=2), levels[-1 - i]], 1)
            x = neck(x)
            given.append(head(x))
        return given


class Fusion(nn.Module):
    """Maps of one size, each with a weight, and a separable convolution of their sum."""

    def __init__(self, count, width=64):
        super().__init__()
        self.weights = nn.Parameter(torch.ones(count))
        self.body = nn.Sequential(
            nn.Conv2d(width, width, 3, padding=1, groups=width, bias=False),
            nn.Conv2d(width, width, 1),
            nn.BatchNorm2d(width),
        )

    def forward(self, *maps):
        weights = self.weights.relu()
        weights = weights / (weights.sum() + 1e-4)
        return self.body(F.silu(sum(weight * each for weight, each in zip(weights, maps, strict=True))))


class BiFPN(nn.Module):
    """Three layers of EfficientDet-D0's pyramid over five levels."""

    def __init__(self, layers=3, levels=5):
        super().__init__()
        self.down = nn.ModuleList(nn.ModuleList(Fusion(2) for _ in range(levels - 1)) for _ in range(layers))
        self.up = nn.ModuleList(
            nn.ModuleList(Fusion(2 if i == levels - 2 else 3) for i in range(levels - 1)) for _ in range(layers)
        )

    def forward(self, *maps):
        for down, up in zip(self.down, self.up, strict=True):
            middle = [maps[-1]]
            for fusion, each in zip(down, maps[-2::-1], strict=True):
                middle.insert(0, fusion(each, F.interpolate(middle[0], scale_factor=2)))
            ends = [middle[0]]
            for i, fusion in enumerate(up, 1):
                below = F.max_pool2d(ends[-1], 3, 2, 1)
                read = [maps[i], below] if i == len(maps) - 1 else [maps[i], middle[i], below]
                ends.append(fusion(*read))
            maps = ends
        return maps


class DCGAN(nn.Module):
    """The pair: what is drawn from noise, and what the judge says of it and of real images."""

    def __init__(self, width=64, noise=100):
        super().__init__()
        drawn = [8 * width, 4 * width, 2 * width, width]
        ups = [
            (
                nn.ConvTranspose2d(c, w, 4, 1 if i == 0 else 2, 0 if i == 0 else 1, bias=False),
                nn.BatchNorm2d(w),
                nn.ReLU(),
            )
            for i, (c, w) in enumerate(zip((noise, *drawn), drawn, strict=False))
        ]
        last = (nn.ConvTranspose2d(width, 3, 4, 2, 1, bias=False), nn.Tanh())
        self.generator = nn.Sequential(*(layer for three in ups for layer in three), *last)
        seen = drawn[::-1]
        downs = [
            (nn.Conv2d(c, w, 4, 2, 1, bias=False), *((nn.BatchNorm2d(w),) if i else ()), nn.LeakyReLU(0.2))
            for i, (c, w) in enumerate(zip((3, *seen), seen, strict=False))
        ]
        self.discriminator = nn.Sequential(
            *(layer for some in downs for layer in some), nn.Conv2d(8 * width, 1, 4, bias=False), nn.Sigmoid()
        )

    def forward(self, noise, real):
        drawn = self.generator(noise)
        return drawn, self.discriminator(drawn), self.discriminator(real)
