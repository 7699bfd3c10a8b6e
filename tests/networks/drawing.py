"""Random networks: layers on layers, each legal at the size where it is drawn, with cuts, joins and turns."""

from __future__ import annotations

from fractions import Fraction

import yaml

from cnnplan.ops import OPERATORS

SMOOTH = ["silu", "tanh", "sigmoid", "gelu"]


class Drawn:
    """A network that grows: the entries of a spec, and the shapes of what they give."""

    def __init__(self, rng, shape, letters=()):
        self.rng = rng
        self.letters = letters
        self.entries = []
        self.shapes = {"input": shape}
        self.last = "input"

    @property
    def shape(self):
        return self.shapes[self.last]

    def add(self, verb, names=None, /, **args):
        """An entry, if it is legal and not too large."""
        names = [self.last] if names is None else names
        shapes = [self.shapes[name] for name in names]
        try:
            operator = OPERATORS[verb](**args)
            if not all(bool(need.condition) for need in operator.requires(*shapes)):
                return False
            output = operator.output(*shapes)
        except (ValueError, TypeError):
            return False
        elements = 1
        for n in output:
            elements *= n
        if elements > 12_000 or min(output) < 1:
            return False
        name = f"x{len(self.entries)}"
        self.entries.append({verb: {key: plain(value) for key, value in args.items()}, "from": names, "name": name})
        self.shapes[name] = output
        self.last = name
        return True

    def text(self, name="t", symbols=None):
        """The spec."""
        head = {"cnnplan": 1, "name": name}
        if symbols:
            head |= {"symbols": symbols}
        shape = list(self.letters or self.shapes["input"])
        return yaml.safe_dump({**head, "input": shape, "layers": self.entries}, sort_keys=False)


def plain(value):
    """A value as YAML has it."""
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    return float(value) if isinstance(value, Fraction) else value


def per_axis(rng, axes, values):
    return tuple(rng.choice(values) for _ in range(axes))


def conv(net, rng):
    axes, channels = len(net.shape) - 2, net.shape[1]
    groups = rng.choice([1, 1, 1, channels, 2 if channels % 2 == 0 else 1])
    kernel = per_axis(rng, axes, [1, 2, 3, 3, 4])
    pad = per_axis(rng, axes, [0, 1, 1, 2])
    return net.add(
        "conv", out_channels=groups * rng.randint(1, max(1, 8 // groups)), kernel_size=kernel, padding=pad,
        stride=per_axis(rng, axes, [1, 1, 1, 2]), dilation=per_axis(rng, axes, [1, 1, 2]), groups=groups,
        bias=rng.random() < 0.5,
    )  # fmt: skip


def conv_transpose(net, rng):
    axes = len(net.shape) - 2
    return net.add(
        "conv_transpose", out_channels=rng.randint(1, 5), kernel_size=per_axis(rng, axes, [2, 3, 4]),
        stride=per_axis(rng, axes, [1, 2]),
    )  # fmt: skip


def pool(net, rng):
    axes = len(net.shape) - 2
    verb = rng.choice(["max_pool", "avg_pool"])
    kernel = per_axis(rng, axes, [2, 3])
    return net.add(
        verb, kernel_size=kernel, stride=per_axis(rng, axes, [1, 2]),
        padding=tuple(rng.randint(0, k // 2) for k in kernel), ceil_mode=rng.random() < 0.3,
    )  # fmt: skip


def upsample(net, rng):
    mode = rng.choice(["nearest", "bilinear"])
    return net.add("upsample", scale_factor=rng.choice([2, 2, 3, Fraction(3, 2)]), mode=mode)


def normal(net, rng):
    return net.add(rng.choice(["batch_norm", "layer_norm"]))


def pointwise(net, rng):
    return net.add(rng.choice(SMOOTH))


def part(net, rng):
    dim = rng.choice([1, *range(1, len(net.shape))])
    n = net.shape[dim]
    start = rng.randint(0, n - 1)
    end = rng.randint(start + 1, n)
    step = rng.choice([1, 1, 1, 2])
    args = {"dim": dim, "start": start, "end": end} | ({"step": step} if step > 1 else {})
    return net.add("slice", **args)


def crop(net, rng):
    other = rng.choice(list(net.shapes))
    if rng.random() < 0.5 and len(net.shapes[other]) == len(net.shape):
        return net.add("crop", [net.last, other])
    return net.add("crop", size=tuple(rng.randint(max(1, n - 4), n) for n in net.shape[2:]))


def pad(net, rng):
    return net.add("pad", padding=tuple((rng.randint(0, 2), rng.randint(0, 2)) for _ in net.shape[2:]))


def like(net, dim):
    """The tensors that are like the last one but on an axis."""
    mine = net.shape
    return [
        name
        for name, shape in net.shapes.items()
        if len(shape) == len(mine)
        and all(a == b for axis, (a, b) in enumerate(zip(shape, mine, strict=True)) if axis != dim)
    ]


def concat(net, rng):
    dim = rng.choice([1, 1, *range(1, len(net.shape))])
    names = like(net, dim)
    chosen = [rng.choice(names) for _ in range(rng.randint(1, 2))]
    return net.add("concat", [net.last, *chosen], dim=dim)


def join(net, rng):
    names = [name for name in like(net, None) if name != net.last]
    return bool(names) and net.add(rng.choice(["add", "multiply"]), [net.last, rng.choice(names)])


def permute(net, rng):
    dims = list(range(1, len(net.shape)))
    rng.shuffle(dims)
    return net.add("permute", dims=(0, *dims))


def reshape(net, rng):
    shape = list(net.shape)
    axis = rng.randint(1, len(shape) - 1)
    if len(shape) > 3 and rng.random() < 0.5 and axis + 1 < len(shape):
        return net.add("reshape", shape=(*shape[:axis], shape[axis] * shape[axis + 1], *shape[axis + 2 :]))
    factors = [f for f in (2, 3, 4) if shape[axis] % f == 0]
    if len(shape) > 4 or not factors:
        return False
    factor = rng.choice(factors)
    return net.add("reshape", shape=(*shape[:axis], shape[axis] // factor, factor, *shape[axis + 1 :]))


def shuffle(net, rng):
    return net.add("channel_shuffle", groups=rng.choice([2, 3])) if len(net.shape) > 2 else False


def recurrent(net, rng):
    return len(net.shape) == 3 and net.add("lstm", hidden_size=rng.randint(1, 4), bidirectional=rng.random() < 0.5)


def linear(net, rng):
    return net.add("linear", out_features=rng.randint(1, 6))


def gate(net, _):
    before = net.last
    return len(net.shape) > 2 and net.add("global_avg_pool") and net.add("multiply", [before, net.last])


def back(net, rng):
    """From an earlier layer on."""
    net.last = rng.choice(list(net.shapes))
    return True


MOVES = [conv] * 6 + [pool, upsample, conv_transpose, normal, pointwise, pointwise, part, part, crop, pad] + [
    concat, concat, concat, join, join, permute, reshape, shuffle, recurrent, back,
]  # fmt: skip
RARE = [linear, gate]


def network(rng, layers, shape, moves=MOVES, letters=()):
    """A network of so many layers."""
    net = Drawn(rng, shape, letters)
    for _ in range(40 * layers):
        if len(net.entries) >= layers:
            break
        move = rng.choice(moves if rng.random() > 0.04 else RARE)
        try:
            move(net, rng)
        except (ValueError, IndexError):
            continue
    return net
