"""Networks of sound, written from their papers."""

from __future__ import annotations

from torch import nn
from torch.nn import functional as F  # noqa: N812 - its usual name


class WaveNet(nn.Module):
    """Ten gated layers whose holes double; every one adds to what is known at the end."""

    def __init__(self, classes=256, residual=32, skip=512, layers=10):
        super().__init__()
        self.first = nn.Conv1d(classes, residual, 2)
        self.gates = nn.ModuleList(nn.Conv1d(residual, 2 * residual, 2, dilation=2**i) for i in range(layers))
        self.on = nn.ModuleList(nn.Conv1d(residual, residual, 1) for _ in range(layers))
        self.skips = nn.ModuleList(nn.Conv1d(residual, skip, 1) for _ in range(layers))
        self.last = nn.Sequential(nn.ReLU(), nn.Conv1d(skip, skip, 1), nn.ReLU(), nn.Conv1d(skip, classes, 1))

    def forward(self, x):
        x = self.first(F.pad(x, (1, 0)))
        known = 0
        for gate, on, skip in zip(self.gates, self.on, self.skips, strict=True):
            filtered, gated = gate(F.pad(x, (gate.dilation[0], 0))).chunk(2, dim=1)
            both = filtered.tanh() * gated.sigmoid()
            known = known + skip(both)
            x = x + on(both)
        return self.last(known)


class Separation(nn.Module):
    """A block of Conv-TasNet."""

    def __init__(self, dilation, last, width=128, inner=512):
        super().__init__()
        depthwise = nn.Conv1d(inner, inner, 3, padding=dilation, dilation=dilation, groups=inner)
        self.body = nn.Sequential(
            *(nn.Conv1d(width, inner, 1), nn.PReLU(), nn.GroupNorm(1, inner)),
            *(depthwise, nn.PReLU(), nn.GroupNorm(1, inner)),
        )
        self.on = None if last else nn.Conv1d(inner, width, 1)
        self.skip = nn.Conv1d(inner, width, 1)

    def forward(self, x):
        y = self.body(x)
        return (x if self.on is None else x + self.on(y)), self.skip(y)


class ConvTasNet(nn.Module):
    """Two speakers from one channel."""

    def __init__(self):
        super().__init__()
        self.encoder = nn.Conv1d(1, 512, 16, stride=8, padding=8, bias=False)
        self.enter = nn.Sequential(nn.GroupNorm(1, 512), nn.Conv1d(512, 128, 1))
        self.blocks = nn.ModuleList(Separation(2 ** (i % 8), i == 23) for i in range(24))
        self.masks = nn.Sequential(nn.PReLU(), nn.Conv1d(128, 1024, 1), nn.Sigmoid())
        self.decoder = nn.ConvTranspose1d(512, 1, 16, stride=8, padding=8, bias=False)

    def forward(self, x):
        codes = self.encoder(x)
        y, known = self.enter(codes), 0
        for block in self.blocks:
            y, skip = block(y)
            known = known + skip
        masked = self.masks(known).unflatten(1, (2, 512)) * codes.unsqueeze(1)
        return self.decoder(masked.flatten(0, 1)).unflatten(0, (-1, 2)).squeeze(2)


class Demucs(nn.Module):
    """A U-Net of waves with a recurrent network at its bottom."""

    def __init__(self, width=16, sources=4, depth=6):
        super().__init__()
        widths = [width * 2**i for i in range(depth)]
        before = [2, *widths[:-1]]
        self.down = nn.ModuleList(
            nn.Sequential(nn.Conv1d(c, w, 8, stride=4), nn.ReLU(), nn.Conv1d(w, 2 * w, 1), nn.GLU(1))
            for c, w in zip(before, widths, strict=True)
        )
        self.lstm = nn.LSTM(widths[-1], widths[-1], num_layers=2, bidirectional=True)
        self.linear = nn.Linear(2 * widths[-1], widths[-1])
        after = [2 * sources, *widths[:-1]]
        self.up = nn.ModuleList(
            nn.Sequential(
                nn.Conv1d(w, 2 * w, 3), nn.GLU(1), nn.ConvTranspose1d(w, c, 8, stride=4), *(nn.ReLU(),) * (i > 0)
            )
            for i, (c, w) in reversed(list(enumerate(zip(after, widths, strict=True))))
        )

    def forward(self, x):
        skips = []
        for layer in self.down:
            x = layer(x)
            skips.append(x)
        x = self.linear(self.lstm(x.permute(2, 0, 1))[0]).permute(1, 2, 0)
        for layer in self.up:
            skip = skips.pop()
            spare = skip.shape[2] - x.shape[2]
            x = layer(x + skip[:, :, spare // 2 : spare // 2 + x.shape[2]])
        return x.unflatten(1, (4, 2))


class CDur(nn.Module):
    """Which sounds occur and when: pooling by norms, and a mean of each curve that it weighs itself."""

    def __init__(self):
        super().__init__()

        def unit(before, width):
            return [
                nn.BatchNorm2d(before), nn.Conv2d(before, width, 3, padding=1, bias=False), nn.LeakyReLU(0.1)
            ]  # fmt: skip

        self.features = nn.Sequential(
            *unit(1, 32), nn.LPPool2d(4, (2, 4)), *unit(32, 128), *unit(128, 128), nn.LPPool2d(4, (2, 4)),
            *unit(128, 128), *unit(128, 128), nn.LPPool2d(4, (1, 4)), nn.Dropout(0.3),
        )  # fmt: skip
        self.gru, self.curves = nn.GRU(128, 128, batch_first=True, bidirectional=True), nn.Linear(256, 10)

    def forward(self, x):
        seen = self.features(x[:, None]).transpose(1, 2).flatten(2)
        curves = self.curves(self.gru(seen)[0]).sigmoid()
        occurs = (curves.pow(2).sum(1) / curves.sum(1)).clamp(1e-7, 1)
        return occurs, F.interpolate(curves.transpose(1, 2), x.shape[1], mode="linear").transpose(1, 2)


class DeepSpeech(nn.Module):
    """torchaudio's, in its order of layers: three dense ones, one that runs both ways, two dense ones."""

    def __init__(self, features=494, width=2048, signs=29):
        super().__init__()
        self.front = nn.ModuleList(nn.Linear(before, width) for before in (features, width, width))
        self.both = nn.RNN(width, width, nonlinearity="relu", bidirectional=True, batch_first=True)
        self.behind, self.out = nn.Linear(width, width), nn.Linear(width, signs)

    def forward(self, x):
        for layer in self.front:
            x = layer(x).clamp(0, 20)
        there, back = self.both(x)[0].chunk(2, -1)
        return F.log_softmax(self.out(self.behind(there + back).clamp(0, 20)), -1)
