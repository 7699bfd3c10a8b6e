"""Networks of images to something else, written from their papers."""

from __future__ import annotations

from torch import nn


class CRNN(nn.Module):
    """Text in an image: convolutions, then two bidirectional LSTMs along its width."""

    def __init__(self, classes=37):
        super().__init__()

        def convolution(before, width, size=3, *, norm=False):
            return [
                nn.Conv2d(before, width, size, padding=size // 2 if size == 3 else 0),
                *((nn.BatchNorm2d(width),) * norm),
                nn.ReLU(),
            ]

        narrow = ((2, 2), (2, 1), (0, 1))
        self.seen = nn.Sequential(
            *convolution(1, 64), nn.MaxPool2d(2), *convolution(64, 128), nn.MaxPool2d(2),
            *convolution(128, 256, norm=True), *convolution(256, 256), nn.MaxPool2d(*narrow),
            *convolution(256, 512, norm=True), *convolution(512, 512), nn.MaxPool2d(*narrow),
            *convolution(512, 512, 2, norm=True),
        )  # fmt: skip
        self.first = nn.LSTM(512, 256, bidirectional=True)
        self.between = nn.Linear(512, 256)
        self.second = nn.LSTM(256, 256, bidirectional=True)
        self.last = nn.Linear(512, classes)

    def forward(self, x):
        steps = self.seen(x).squeeze(2).permute(2, 0, 1)
        return self.last(self.second(self.between(self.first(steps)[0]))[0])


class EDSR(nn.Module):
    """The baseline of enhanced deep super-resolution, for a scale of 2 or 3."""

    def __init__(self, scale=2, width=64, depth=16):
        super().__init__()
        self.head = nn.Conv2d(3, width, 3, padding=1)
        self.units = nn.ModuleList(
            nn.Sequential(nn.Conv2d(width, width, 3, padding=1), nn.ReLU(), nn.Conv2d(width, width, 3, padding=1))
            for _ in range(depth)
        )
        self.behind = nn.Conv2d(width, width, 3, padding=1)
        self.tail = nn.Sequential(
            nn.Conv2d(width, scale**2 * width, 3, padding=1), nn.PixelShuffle(scale), nn.Conv2d(width, 3, 3, padding=1)
        )

    def forward(self, x):
        first = self.head(x)
        y = first
        for unit in self.units:
            y = y + unit(y)
        return self.tail(first + self.behind(y))


class TwoTower(nn.Module):
    """Images and texts in one space: how alike every image is to every text."""

    def __init__(self, words=10_000, width=128):
        super().__init__()
        widths = (32, 64, 128, 256)
        self.image = nn.Sequential(
            *(
                layer
                for c, w in zip((3, *widths), widths, strict=False)
                for layer in (nn.Conv2d(c, w, 3, 2, 1, bias=False), nn.BatchNorm2d(w), nn.ReLU())
            ),
            *(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(256, width)),
        )
        self.words = nn.Embedding(words, 64)
        self.text = nn.Sequential(
            *(nn.Conv1d(64, 128, 3, padding=1), nn.ReLU(), nn.Conv1d(128, 128, 3, padding=1), nn.ReLU()),
            *(nn.AdaptiveMaxPool1d(1), nn.Flatten(), nn.Linear(128, width)),
        )

    def forward(self, image, text):
        return self.image(image) @ self.text(self.words(text).transpose(1, 2)).T
