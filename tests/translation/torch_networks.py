"""Small networks, each with something that is hard to read off a run."""

from __future__ import annotations

import logging
import math

import pytest

torch = pytest.importorskip("torch")
nn = torch.nn
functional = nn.functional


class Residual(nn.Module):
    """In place, a shortcut that is a module or not, a module that is called twice."""

    def __init__(self, width=8):
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, width, 7, 2, 3, bias=False), nn.BatchNorm2d(width), nn.ReLU(inplace=True)
        )
        self.twice = nn.Conv2d(width, width, 3, padding=1)
        self.down = nn.Conv2d(width, 2 * width, 1, 2)
        self.main = nn.Conv2d(width, 2 * width, 3, 2, 1, groups=2)
        self.head = nn.Linear(2 * width, 5)
        self.unused = nn.Linear(3, 4)

    def forward(self, x):
        x = functional.max_pool2d(self.stem(x), 3, 2, 1)
        x = self.twice(functional.relu(self.twice(x)))
        y = self.main(x)
        y += self.down(x)
        return self.head(y.mean([2, 3]))


class Up(nn.Module):
    """Halved and doubled: legal for multiples only."""

    def __init__(self, levels=2):
        super().__init__()
        self.down = nn.ModuleList(
            nn.Conv2d(3 if not i else 4 << i - 1, 4 << i, 3, padding=1) for i in range(levels + 1)
        )
        self.up = nn.ModuleList(nn.ConvTranspose2d(4 << i + 1, 4 << i, 2, 2) for i in reversed(range(levels)))

    def forward(self, x):
        kept = []
        for layer in self.down:
            x = layer(x if not kept else functional.max_pool2d(x, 2))
            kept.append(x)
        for layer, skip in zip(self.up, kept[-2::-1], strict=True):
            x = torch.cat([layer(x), skip], 1)[:, : skip.shape[1]]
        return x


class Windows(nn.Module):
    """Sizes in views; a decision by the size, which must be kept."""

    def __init__(self):
        super().__init__()
        self.patch = nn.Conv2d(3, 8, 4, 4)
        self.mix = nn.Linear(49, 49)

    def forward(self, x):
        x = self.patch(x)
        n, c, h, w = x.shape
        if h % 7 or w % 7:
            x = functional.pad(x, (0, -w % 7, 0, -h % 7))
            n, c, h, w = x.shape
        x = x.view(n, c, h // 7, 7, w // 7, 7).permute(0, 1, 2, 4, 3, 5).reshape(n, c, -1, 49)
        return self.mix(x)


class Cropped(nn.Module):
    """Windows of 5, padded where they do not come out even, and cut to what was there: twice."""

    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Conv2d(3, 4, 3, 2, 1), nn.Conv2d(4, 6, 3, 2, 1)])
        self.mix = nn.Linear(25, 25)

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
            n, c, h, w = x.shape
            down, right = (5 - h % 5) % 5, (5 - w % 5) % 5
            x = functional.pad(x, (0, right, 0, down))
            rows, columns = x.shape[2] // 5, x.shape[3] // 5
            x = x.view(n, c, rows, 5, columns, 5).transpose(3, 4).reshape(n, c, rows, columns, 25)
            x = self.mix(x).view(n, c, rows, columns, 5, 5).transpose(3, 4).reshape(n, c, 5 * rows, 5 * columns)
            if down > 0 or right > 0:
                x = x[:, :, :h, :w].contiguous()
        return x


class Resized(nn.Module):
    """An image that is brought to a multiple of 4 where it is none, as MobileViT does."""

    def __init__(self):
        super().__init__()
        self.layer = nn.Conv2d(3, 4, 3, padding=1)

    def forward(self, x):
        h, w = x.shape[2:]
        height, width = math.ceil(h / 4) * 4, math.ceil(w / 4) * 4
        x = self.layer(x)
        if height != h or width != w:
            x = functional.interpolate(x, size=(height, width), mode="bilinear")
        return functional.avg_pool2d(x, 4)


class Told(nn.Module):
    """Places become channels before the first layer; how many come in, the module says as timm's do."""

    default_cfg = {"input_size": (3, 36, 36)}  # noqa: RUF012 - as timm has it

    def __init__(self):
        super().__init__()
        self.layer = nn.Conv2d(12, 5, 3)
        self.rows = nn.Parameter(torch.zeros(4))

    def forward(self, x):
        x = self.layer(functional.pixel_unshuffle(x, 2))[:, [4, 0, 2]]
        return x * self.rows.sigmoid()[2]


class Flat(nn.Module):
    """No layer tells how many channels come in, the module itself does."""

    default_cfg = {"input_size": (3, 28, 28)}  # noqa: RUF012 - as timm has it

    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(3 * 4 * 4, 7)

    def forward(self, x):
        return self.layer(functional.unfold(x, 4, stride=4).transpose(1, 2))


class Either(nn.Module):
    """Another filter for small images."""

    def __init__(self):
        super().__init__()
        self.small = nn.Conv2d(3, 4, 3)
        self.large = nn.Conv2d(3, 4, 5)

    def forward(self, x):
        return self.small(x) if x.shape[2] < 200 else self.large(x)


class Padded(nn.Module):
    """Padding by TensorFlow's rule, worked out with math.ceil."""

    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Conv2d(3, 6, 5, 2), nn.Conv2d(6, 7, 3, 2), nn.Conv2d(7, 5, 3, 3)])

    def forward(self, x):
        for layer in self.layers:
            pads = []
            for n, k, s in zip(x.shape[:1:-1], layer.kernel_size, layer.stride, strict=True):
                pad = max((math.ceil(n / s) - 1) * s + k - n, 0)
                pads += [pad // 2, pad - pad // 2]
            x = layer(functional.pad(x, pads))
        x = functional.interpolate(x, size=(x.shape[2] * 2, x.shape[3] * 3), mode="bilinear")
        return functional.interpolate(x, size=(5, 6), mode="bicubic", antialias=True)


class Skipped(nn.Module):
    """The same rule where it may come out below zero, and a square as large as the lesser side."""

    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Conv2d(3, 6, 1, 2), nn.Conv2d(6, 7, 3, 5)])

    def forward(self, x):
        for layer in self.layers:
            pads = []
            for n, k, s in zip(x.shape[:1:-1], layer.kernel_size, layer.stride, strict=True):
                pad = max((-(n // -s) - 1) * s + k - n, 0)
                pads += [pad // 2, pad - pad // 2]
            x = layer(functional.pad(x, pads))
        side = min(x.shape[2] + 4, x.shape[3], 11)
        return functional.interpolate(x, size=(side, side))


class Tokens(nn.Module):
    """Attention in its parts, a class token, a size that the weights fix."""

    def __init__(self):
        super().__init__()
        self.patch = nn.Conv2d(3, 12, 8, 8)
        self.token = nn.Parameter(torch.zeros(1, 1, 12))
        self.places = nn.Parameter(torch.zeros(1, 17, 12))
        self.norm = nn.LayerNorm(12)
        self.qkv = nn.Linear(12, 36)
        self.whole = nn.MultiheadAttention(12, 3, batch_first=True)

    def forward(self, x):
        x = self.patch(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.token.expand(x.shape[0], -1, -1), x], 1) + self.places
        q, k, v = self.qkv(self.norm(x)).reshape(x.shape[0], -1, 3, 2, 6).permute(2, 0, 3, 1, 4).unbind(0)
        y = ((q * 6**-0.5) @ k.transpose(-2, -1)).softmax(-1) @ v
        x = x + y.transpose(1, 2).reshape(x.shape)
        return self.whole(x, x, x, need_weights=False)[0][:, 0]


class Hidden(nn.Module):
    """A decision by a size that was made a plain number before."""

    def __init__(self):
        super().__init__()
        self.layer = nn.Conv2d(3, 5, 3, 2)

    def forward(self, x):
        height = int(x.shape[2])
        return self.layer(functional.pad(x, (0, 1, 0, 1 if height % 2 == 0 else 2)))


class Depends(nn.Module):
    def forward(self, x):
        return x if x.sum() > 0 else -x


class Writes(nn.Module):
    def forward(self, x):
        y = x * 2
        y[:, ::2] = x[:, 1:]
        return y


class WritesRanges(nn.Module):
    """Ranges of a tensor are written over, as MViT adds places to all but the class token."""

    def __init__(self):
        super().__init__()
        self.layer = nn.Conv2d(3, 4, 1)

    def forward(self, x):
        y = self.layer(x)
        y[:, :, 1:, 2:] = y[:, :, 1:, 2:] + x[:, :1, 1:, 2:].expand(-1, 4, -1, -1)
        y[:, 0] = x[:, 1]
        y[..., :-1] = y[..., 1:] * 2
        return y


class Strange(nn.Module):
    def forward(self, x):
        return torch.linalg.svd(x)[0]


def raises():
    raise ValueError("no such thing")


def nothing():
    return 3


def wants(depth, width=3):
    raise AssertionError(f"called with {depth} and {width}")


class Blurred(nn.Module):
    """Fixed filters before a layer."""

    def __init__(self):
        super().__init__()
        self.register_buffer("kernel", torch.ones(3, 1, 3, 3) / 9)
        self.register_buffer("weight", torch.ones(3, 1, 5, 5) / 25)
        self.mix = nn.Conv2d(3, 3, 1)

    def forward(self, x):
        x = nn.functional.conv2d(x, self.kernel, padding=1, groups=3)
        return self.mix(nn.functional.conv2d(x, self.weight, groups=3))


class ConvUnit(nn.Module):
    """A class that occurs often."""

    def __init__(self, channels, width):
        super().__init__()
        self.conv = nn.Conv2d(channels, width, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(width)
        self.mix = nn.Conv2d(width, width, 1)

    def forward(self, x):
        return torch.relu(self.mix(torch.relu(self.norm(self.conv(x)))))


class Stacked(nn.Module):
    """Three of them."""

    def __init__(self):
        super().__init__()
        self.first = ConvUnit(3, 6)
        self.second = ConvUnit(6, 10)
        self.third = ConvUnit(10, 14)

    def forward(self, x):
        return self.third(self.second(self.first(x)))


class InFront(nn.Module):
    """A size times a decimal that stands in front of it."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 5, 3, padding=1)

    def forward(self, x):
        return functional.interpolate(self.conv(x), size=(int(2.3 * x.shape[2]), 57))


class Scaled(nn.Module):
    """Sizes times decimals, in four ways: 0.7 and 0.57 are no doubles."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3, padding=1)

    def forward(self, x):
        x = functional.interpolate(self.conv(x), scale_factor=(0.7, 2.3))
        x = functional.interpolate(x, scale_factor=0.7, mode="bilinear", recompute_scale_factor=True)
        height, width = x.shape[2:]
        return functional.interpolate(x, size=(int(height * 2.3), math.floor(width * 0.57)))


class Masked(nn.Module):
    """Elements are hidden by what the network computes."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 1)

    def forward(self, x):
        y = self.conv(x)
        seen = y.masked_fill(x[:, :1] < 0, -math.inf).softmax(-1)
        return torch.where(y > 0, 0.5, seen)


class Computed(nn.Module):
    """Weights and biases that are worked out in each run."""

    def __init__(self):
        super().__init__()
        self.factor = nn.Parameter(torch.ones(1))
        self.linear = nn.Linear(7, 5)
        self.conv = nn.Conv1d(4, 6, 3)
        self.up = nn.ConvTranspose1d(6, 3, 2)

    def forward(self, x):
        y = functional.linear(x, self.linear.weight * self.factor, self.linear.bias * self.factor)
        z = functional.conv1d(y, self.conv.weight * self.factor, self.conv.bias * self.factor)
        return functional.conv_transpose1d(z, self.up.weight * self.factor, self.up.bias * self.factor)


class Remembers(nn.Module):
    """A table is picked from in the first run; what was picked is kept for the next, as LeViT does."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 1)
        self.table = nn.Parameter(torch.ones(4, 5))
        self.mask = nn.Parameter(torch.ones(7))
        self.picked = {}
        self.runs = 0

    def forward(self, x):
        self.runs += 1
        key = str(x.device)
        if key not in self.picked:
            self.picked[key] = self.table[:, :1].reshape(1, 4, 1, 1)
        return self.conv(x) + self.picked[key]


class Captures(nn.Module):
    """Hooks are put on in the first run, and a mark that they are, as transformers does; what they fill is read."""

    def __init__(self):
        super().__init__()
        self.stages = nn.ModuleList([nn.Conv2d(3, 4, 3, 2, 1), nn.Conv2d(4, 5, 3, 2, 1)])
        self.heads = nn.ModuleList([nn.Conv2d(4, 6, 1), nn.Conv2d(5, 6, 1)])
        self.captured = {"stages": []}
        self.seen = set()

    def forward(self, x):
        if not getattr(self, "hooked", False):
            for stage in self.stages:
                stage.register_forward_hook(lambda _, __, given: self.captured["stages"].append(given))
            self.hooked = True
        if "scaled" not in self.seen:
            self.seen.add("scaled")
            x = x * 2
        for stage in self.stages:
            x = stage(x)
        maps = [head(each) for head, each in zip(self.heads, self.captured["stages"], strict=True)]
        return functional.interpolate(maps[1], size=maps[0].shape[2:]) + maps[0]


class Asserted(nn.Module):
    """Sizes are put into the words of an assertion, of an error and of a warning."""

    def __init__(self):
        super().__init__()
        self.patch = nn.Conv2d(3, 5, 4, 4)

    def forward(self, x):
        height, width = x.shape[2:]
        torch._assert(
            height % 4 == 0,
            f"height ({height}) is no multiple of 4: {height}",
        )
        assert width % 4 == 0, f"width {width}"
        if width < 0:
            raise ValueError(f"width {width}")
        logging.getLogger("asserted").debug(f"{height} by {width}")  # noqa: G004 - likewise
        return self.patch(x)


class Keyed(nn.Module):
    """A size in words is a key: another layer for another size."""

    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleDict({f"at{size}": nn.Conv2d(3, 4, size % 5 + 1) for size in range(30, 300)})

    def forward(self, x):
        return self.layers[f"at{x.shape[2]}"](x)


class Same(nn.Module):
    """TensorFlow's padding by an `if`, for rows and columns apart: three times in a row."""

    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Conv2d(3, 4, 3, 2), nn.Conv2d(4, 5, 5, 2), nn.Conv2d(5, 6, 3, 2)])

    def forward(self, x):
        for layer in self.layers:
            pads = []
            for n, k, s in zip(x.shape[:1:-1], layer.kernel_size, layer.stride, strict=True):
                pad = max(k - s, 0) if n % s == 0 else max(k - n % s, 0)
                pads += [pad // 2, pad - pad // 2]
            x = layer(functional.pad(x, pads))
        return x


class Joined(nn.Module):
    """Halved three times and doubled again; where an extent was odd, one more row or column."""

    def __init__(self):
        super().__init__()
        self.down = nn.ModuleList(nn.Conv2d(3 + i, 4 + i, 3, padding=1) for i in range(3))
        self.up = nn.ModuleList(nn.ConvTranspose2d(7 if i == 2 else 4 + i, 3 + i, 2, 2) for i in range(3))
        self.last = nn.Conv2d(6, 7, 1)

    def forward(self, x):
        kept = []
        for layer in self.down:
            kept.append(x)
            x = functional.max_pool2d(layer(x), 2)
        x = self.last(x)
        for layer in reversed(self.up):
            x, beside = layer(x), kept.pop()
            pads = [0, 0, 0, 0]
            for i in range(2):
                if beside.shape[-i - 1] != x.shape[-i - 1]:
                    pads[i * 2 + 1] = 1
            x = functional.pad(x, pads, "replicate") + beside
        return x


class Brought(nn.Module):
    """Brought to a multiple of 2 at three sizes, and back: columns are not asked for where rows decide."""

    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList(nn.Conv2d(3 + i, 4 + i, 3, 2, 1) for i in range(3))

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
            height, width = x.shape[2:]
            rows, columns = math.ceil(height / 2) * 2, math.ceil(width / 2) * 2
            resized = rows != height or columns != width
            if resized:
                x = functional.interpolate(x, size=(rows, columns), mode="bilinear")
            x = x.view(*x.shape[:2], rows // 2, 2, columns // 2, 2).transpose(3, 4).contiguous()
            x = x.transpose(3, 4).reshape(*x.shape[:2], rows, columns)
            if resized:
                x = functional.interpolate(x, size=(height, width), mode="bilinear")
        return x


class Stepped(nn.Module):
    """More around small images, and around wide ones."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)

    def forward(self, x):
        height, width = x.shape[2:]
        return self.conv(functional.pad(x, [3, 1 if width <= height else 4, 2 if height < 62 else 0, height % 3]))


class Cornered(nn.Module):
    """A pad where both sides are odd; columns are not asked for where rows are even."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 1)

    def forward(self, x):
        return self.conv(functional.pad(x, [0, 1 if x.shape[2] % 2 and x.shape[3] % 2 else 0]))


class Evened(nn.Module):
    """Halved three times, and brought to an even size where it is none, as MobileViT does in three of its stages."""

    default_cfg = {"input_size": (3, 64, 64)}  # noqa: RUF012 - as timm has it

    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Conv2d(3, 4, 3, 2, 1), nn.Conv2d(4, 5, 3, 2, 1), nn.Conv2d(5, 6, 3, 2, 1)])

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
            h, w = x.shape[2:]
            height, width = math.ceil(h / 2) * 2, math.ceil(w / 2) * 2
            if height != h or width != w:
                x = functional.interpolate(x, size=(height, width), mode="bilinear")
        return x


class Code(nn.Module):
    """Waves of the place of each element."""

    def __init__(self):
        super().__init__()
        self.register_buffer("waves", torch.ones(2, 5))

    def forward(self, x):
        places = [torch.linspace(0, 1, extent, device=x.device) for extent in x.shape[2:]]
        turns = torch.stack(torch.meshgrid(*places, indexing="ij"), -1) @ self.waves
        return torch.cat([turns.sin(), turns.cos()], -1).expand(x.shape[0], -1, -1, -1)


class Positions(nn.Module):
    """Channels and the code of their place, in one linear layer."""

    def __init__(self):
        super().__init__()
        self.code = Code()
        self.linear = nn.Linear(13, 4)

    def forward(self, x):
        return self.linear(torch.cat([self.code(x), x.permute(0, 2, 3, 1)], -1))


class Shifted(nn.Module):
    """Windows that are moved and masked where there are several: another number of them, a mask, or none."""

    def __init__(self, window=4, shift=2):
        super().__init__()
        self.window, self.shift = window, shift
        self.stem = nn.Conv2d(3, 6, 2, 2)
        self.qkv = nn.Linear(6, 12)

    def forward(self, x):
        x = self.stem(x).permute(0, 2, 3, 1)
        n, h, w, c = x.shape
        x = functional.pad(x, (0, 0, 0, -w % self.window, 0, -h % self.window))
        _, high, wide, _ = x.shape
        down = 0 if self.window >= high else self.shift
        right = 0 if self.window >= wide else self.shift
        if down + right > 0:
            x = torch.roll(x, shifts=(-down, -right), dims=(1, 2))
        count = (high // self.window) * (wide // self.window)
        x = x.view(n, high // self.window, self.window, wide // self.window, self.window, c)
        x = x.permute(0, 1, 3, 2, 4, 5).reshape(n * count, self.window**2, c)
        query, key = self.qkv(x).chunk(2, -1)
        products = query @ key.transpose(-2, -1)
        if down + right > 0:
            mask = x.new_zeros((high, wide))
            mask[: -self.window, -self.shift :] = 1
            mask = mask.view(high // self.window, self.window, wide // self.window, self.window)
            mask = mask.permute(0, 2, 1, 3).reshape(count, self.window**2)
            mask = mask.unsqueeze(1) - mask.unsqueeze(2)
            products = products.view(n, count, self.window**2, self.window**2) + mask
            products = products.view(-1, self.window**2, self.window**2)
        return (products.softmax(-1) @ x).mean((0, 1))


class Stretched(nn.Module):
    """An image that is made wider, by a layer of its own, where it is high."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 6, 1)
        self.wide = nn.Conv2d(6, 6, 3, padding=(1, 2))

    def forward(self, x):
        x = self.stem(x)
        return self.wide(x) if x.shape[2] > 100 else x


class Pooled(nn.Module):
    """An image that is halved where it is high."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 6, 1)

    def forward(self, x):
        x = self.stem(x)
        return functional.max_pool2d(x, 2) if x.shape[2] > 100 else x


class Doubled(nn.Module):
    """What is moved at some sizes is read beside what was not; another path is taken at others."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 6, 1)

    def forward(self, x):
        x = self.stem(x)
        rolled = x.roll(3, 2).tanh() if x.shape[2] > 100 and x.shape[3] > 90 else x
        return x + rolled
