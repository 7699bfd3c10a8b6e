"""Random arguments and shapes for every operator, legal or not; no two extents of a shape alike."""

from __future__ import annotations

from math import prod

from cnnplan.ops import OPERATORS

MODES = ["zeros", "reflect", "replicate", "circular"]


def distinct(rng, number, least=1, most=9, but=()):
    """Extents, no two alike."""
    return rng.sample([n for n in range(least, most + 1) if n not in but], number)


def image(rng, multiple=1, axes=None, most=9):
    """The shape of a batch of images, its channels a multiple, and the number of its spatial axes."""
    axes = axes or rng.randint(1, 3)
    channels = multiple * rng.randint(2, 4)
    batch = rng.choice([n for n in (1, 2, 3) if n != channels])
    return (batch, channels, *distinct(rng, axes, most=most, but=(batch, channels))), axes


def some(rng, axes, least, most):
    """A number, or one per axis."""
    return rng.randint(least, most) if rng.random() < 0.4 else tuple(rng.randint(least, most) for _ in range(axes))


def pairs(rng, axes, most):
    return tuple((rng.randint(0, most), rng.randint(0, most)) for _ in range(axes))


def padding(rng, axes, most, *words):
    return rng.choice([some(rng, axes, 0, most), pairs(rng, axes, most), *words])


def window(rng, axes, kernel=4, stride=3, dilation=2):
    return {
        "kernel_size": some(rng, axes, 1, kernel),
        "stride": some(rng, axes, 1, stride),
        "dilation": some(rng, axes, 1, dilation),
    }


def filters(rng):
    groups = rng.choice([1, 1, 2, 3])
    out = groups * rng.randint(1, 4) + rng.choice([0, 0, 0, 0, 1])
    return groups, {"out_channels": out, "groups": groups, "bias": rng.random() < 0.5}


def conv(rng):
    groups, args = filters(rng)
    shape, axes = image(rng, rng.choice([groups, groups, 1]))
    args |= window(rng, axes) | {"padding": padding(rng, axes, 3, "valid", "same", "same_lower")}
    ends = (args["out_channels"], shape[1] // groups)
    return args | {"padding_mode": rng.choice(MODES)}, [shape, *weight(rng, *ends, *taps(args, axes))]


def conv_transpose(rng):
    groups, args = filters(rng)
    shape, axes = image(rng, rng.choice([groups, groups, 1]), most=7)
    args |= window(rng, axes) | {"padding": padding(rng, axes, 3, "valid", "same", "same_lower")}
    ends = (shape[1], args["out_channels"] // groups)
    return args | {"output_padding": rng.choice([0, some(rng, axes, 0, 1)])}, [
        shape,
        *weight(rng, *ends, *taps(args, axes)),
    ]


def deform_conv(rng):
    """Offsets for the windows there are, now and then one too many; three in ten with a mask."""
    groups, args = filters(rng)
    offset_groups = rng.choice([1, 1, 2])
    shape, _ = image(rng, rng.choice([groups * offset_groups, groups * offset_groups, 1]), 2)
    args |= window(rng, 2, kernel=3, stride=2) | {
        "padding": padding(rng, 2, 2, "valid"),
        "offset_groups": offset_groups,
    }
    spans = [(k - 1) * d + 1 for k, d in zip(taps(args, 2), each(args["dilation"]), strict=True)]
    sides = [each(side) for side in each(0 if args["padding"] == "valid" else args["padding"])]
    steps = [
        max(1, (n + sum(pads) - span) // s + 1)
        for n, pads, span, s in zip(shape[2:], sides, spans, each(args["stride"]), strict=True)
    ]
    numbers = offset_groups * prod(taps(args, 2))
    offset, mask = ([shape[0], count * numbers, *steps] for count in (2, 1))
    offset[rng.randrange(4)] += rng.choice([0, 0, 0, 1])
    mask[rng.randrange(4)] += rng.choice([0, 0, 0, 1])
    return args, [shape, tuple(offset), *rng.choice([[], [], [tuple(mask)]])]


def each(value):
    return value if isinstance(value, tuple) else (value, value)


def taps(args, axes):
    kernel = args["kernel_size"]
    return kernel if isinstance(kernel, tuple) else (kernel,) * axes


def weight(rng, *extents):
    """Now and then a weight that is given, which may have one extent too many."""
    wrong = (*extents[:-1], extents[-1] + rng.choice([0, 0, 1]))
    return rng.choice([[], [], [wrong]])


def pool(rng):
    """Most with padding of at most half a window, and in ceil mode, where the last window matters most."""
    shape, axes = image(rng)
    kernel = rng.randint(1, 4)
    args = window(rng, axes, stride=5, dilation=rng.randint(1, 2)) | rng.choice([{}, {"kernel_size": kernel}])
    most = rng.choice([0, 2, kernel // 2, kernel // 2])
    args |= {"padding": padding(rng, axes, most, "valid", "same", "same_lower"), "ceil_mode": rng.random() < 0.7}
    return args | ({"stride": None} if rng.random() < 0.3 else {}), [shape], axes


def max_pool(rng):
    return pool(rng)[:2]


def max_unpool(rng):
    """Now and then an axis too long, another batch, or an axis too many."""
    args, (shape,), _ = pool(rng)
    del args["dilation"]
    try:
        steps = OPERATORS["max_pool"](**args).output(shape)
    except ValueError:
        steps = shape
    steps = (steps[0], steps[1], *(max(n, 1) for n in steps[2:]))
    wrong = [(*steps[:-1], steps[-1] + 1), (steps[0] + 1, *steps[1:]), (*steps, 2)[:5]]
    return args, [rng.choice([steps] * 6 + wrong), shape]


def avg_pool(rng):
    args, shapes, _ = pool(rng)
    del args["dilation"]
    divisor = rng.choice([None, None, 7])
    return args | {"count_include_pad": rng.random() < 0.5, "divisor_override": divisor}, shapes


def adaptive(rng):
    shape, axes = image(rng)
    kept = tuple(rng.choice([None, 2, 5]) for _ in range(axes))
    return {"output_size": rng.choice([some(rng, axes, 1, 6), kept])}, [shape]


def plain(rng):
    return {}, [image(rng)[0]]


def linear(rng):
    shape, features = tuple(distinct(rng, rng.randint(1, 4))), rng.randint(1, 9)
    args = {"out_features": features, "bias": rng.random() < 0.5}
    return args, [shape, *weight(rng, features, shape[-1])]


def tracked(rng):
    """Now and then a single element for each channel, which has no variance."""
    args = {name: rng.random() < 0.6 for name in ("affine", "track_running_stats", "weight", "bias")}
    shape = image(rng)[0]
    single = (1, shape[1], *(1 for _ in shape[2:]))
    return args, [rng.choice([shape, shape, shape, shape, single])]


def group_norm(rng):
    groups = rng.randint(1, 4)
    args = {name: rng.random() < 0.6 for name in ("affine", "weight", "bias")}
    return {"num_groups": groups, **args}, [image(rng, rng.choice([groups, 1]))[0]]


def layer_norm(rng):
    shape = tuple(distinct(rng, rng.randint(2, 4)))
    wanted = shape[-rng.randint(1, len(shape)) :]
    wanted = rng.choice([wanted, wanted, None, wanted[0], (*wanted[:-1], wanted[-1] + 1)])
    args = {"elementwise_affine": rng.random() < 0.7, "weight": rng.random() < 0.6, "bias": rng.random() < 0.5}
    return args | {"normalized_shape": wanted}, [shape]


def local_response_norm(rng):
    return {"size": rng.randint(1, 5), "alpha": 0.3, "beta": 0.6, "k": 1.5}, [image(rng)[0]]


def pointwise(**args):
    return lambda rng: (args, [tuple(distinct(rng, rng.randint(1, 4)))])


def prelu(rng):
    shape = image(rng)[0]
    return {"num_parameters": rng.choice([1, shape[1], shape[1], 5])}, [shape]


def gelu(rng):
    return {"approximate": rng.choice(["none", "tanh"])}, [tuple(distinct(rng, rng.randint(1, 4)))]


def along(rng):
    rank = rng.randint(1, 4)
    return {"dim": rng.randint(-rank, rank - rng.choice([0, 1, 1, 1]))}, [tuple(distinct(rng, rank))]


def flatten(rng):
    rank = rng.randint(1, 5)
    return {name: rng.randint(-rank, rank - 1) for name in ("start_dim", "end_dim")}, [tuple(distinct(rng, rank))]


def reshape(rng):
    shape = tuple(distinct(rng, rng.randint(2, 4)))
    turned = (prod(shape[1:]), shape[0])
    return {"shape": rng.choice([(-1,), (shape[0], -1), turned, (-1, *reversed(shape)), (7, -1), (11, 2)])}, [shape]


def permute(rng):
    rank = rng.randint(1, 5)
    dims = tuple(rng.choice([dim, dim - rank]) for dim in rng.sample(range(rank), rank))
    return {"dims": rng.choice([dims, dims, dims, (*dims[1:], dims[-1])])}, [tuple(distinct(rng, rank))]


def pad(rng):
    shape, axes = image(rng, most=5)
    mode = rng.choice(["constant", "constant", *MODES[1:]])
    args = {"padding": padding(rng, axes, 4), "mode": mode, "value": rng.choice([0.0, 1.5])}
    if rng.random() < 0.5:
        dims = tuple(rng.choice([dim, dim - len(shape)]) for dim in rng.sample(range(len(shape)), rng.randint(1, 2)))
        sides = tuple((rng.randint(-3, 3), rng.randint(-3, 3)) for _ in dims)
        args |= {"padding": rng.choice([sides, sides, sides[:1], 1, -1]), "dims": rng.choice([dims, dims, dims[0]])}
    return args, [shape]


def crop(rng):
    shape, axes = image(rng)
    if rng.random() < 0.5:
        return {"size": some(rng, axes, 1, 6)}, [shape]
    return {}, [shape, (shape[0], 11, *distinct(rng, axes, most=6))]


def slice_(rng):
    shape = tuple(distinct(rng, rng.randint(1, 4)))
    dim = rng.randint(-len(shape), len(shape) - 1)
    args = {"dim": dim, "start": rng.randint(-4, 4), "step": rng.randint(1, 3)}
    return args | {"end": rng.choice([None, shape[dim] + rng.randint(-2, 1), rng.randint(-4, 10)])}, [shape]


def concat(rng):
    rank = rng.randint(1, 4)
    shape, dim = distinct(rng, rank), rng.randint(-rank, rank - 1)
    shapes = [[*shape] for _ in range(rng.randint(1, 3))]
    for other in shapes[1:]:
        other[dim] = rng.randint(1, 9)
        other[rng.choice([dim, dim, rng.randrange(rank)])] += 1
    return {"dim": dim}, [tuple(other) for other in shapes]


def arithmetic(most, **more):
    def draw(rng):
        shape = distinct(rng, rng.randint(1, 4))
        number = rng.randint(1, most)
        shapes = [[1 if rng.random() < 0.3 else n for n in shape] for _ in range(number)]
        shapes[-1][-1] += rng.choice([0, 0, 0, 1])
        value = rng.choice([1.5, 1.5, None] if number == 1 else [None, None, None, 2.5])
        reverse = {"reverse": rng.random() < 0.3} if most == 2 and not more else {}
        return {"value": value, **reverse, **{key: rng.choice(choice) for key, choice in more.items()}}, [
            tuple(other) for other in shapes
        ]

    return draw


def where(rng):
    args, shapes = arithmetic(2)(rng)
    first = tuple(rng.choice([1, n]) for n in shapes[0])
    return {"value": args["value"]}, [first, *shapes]


def clip(rng):
    bounds = {"min": rng.choice([None, -1.4]), "max": rng.choice([None, -1.2])}
    return bounds, [tuple(distinct(rng, rng.randint(1, 4)))]


def fake_quantize(rng):
    """With a scale of its own, or one that the elements give; now and then a zero point that the type has not."""
    dtype = rng.choice(["int8", "uint8", "int4", "uint16"])
    scale = rng.choice([None, 0.03, 0.5])
    zero = 0 if scale is None else rng.choice([0, 3, 7, -1])
    return {"scale": scale, "zero_point": zero, "dtype": dtype}, [tuple(distinct(rng, rng.randint(1, 4)))]


def gather(rng):
    """Looked up by a list or a table; what a second input holds depends on its values, which are compared apart."""
    rank = rng.randint(1, 4)
    shape, dim = tuple(distinct(rng, rank)), rng.randrange(-rank, rank)
    most = shape[dim] + rng.choice([0, 0, 0, 1])
    numbers = [tuple(rng.randrange(-most, most) for _ in range(3)) for _ in range(2)]
    return {"dim": dim, "index": rng.choice([numbers[0], tuple(numbers), None])}, [shape]


def topk(rng):
    args, (shape,) = along(rng)
    return args | {"k": rng.randint(1, 5), "largest": rng.random() < 0.5}, [shape]


def grid_sample(rng):
    """Now and then a grid for another batch, or with a coordinate too many."""
    shape, axes = image(rng, axes=rng.choice([2, 2, 3]))
    sizes = distinct(rng, axes, most=5)
    grid = (shape[0] + rng.choice([0, 0, 0, 1]), *sizes, axes + rng.choice([0, 0, 0, 1]))
    return {
        "mode": rng.choice(["bilinear", "nearest"]),
        "padding_mode": rng.choice(["zeros", "border"]),
        "align_corners": rng.random() < 0.5,
    }, [shape, rng.choice([grid, grid, grid, grid[1:]]) if axes == 3 else grid]


def roll(rng):
    rank = rng.randint(1, 4)
    dims = tuple(rng.sample(range(-rank, rank), rng.randint(1, rank)))
    shifts = tuple(rng.randint(-5, 5) for _ in dims[: rng.choice([9, 9, 9, 1])])
    args = rng.choice([{"shifts": shifts, "dims": dims}, {"shifts": shifts[0], "dims": dims[0]}])
    return args, [tuple(distinct(rng, rank))]


def flip(rng):
    rank = rng.randint(1, 4)
    dims = tuple(rng.sample(range(-rank, 0), rng.randint(1, rank)))
    return {"dims": rng.choice([dims, dims[0]])}, [tuple(distinct(rng, rank))]


def unsqueeze(rng):
    rank = rng.randint(1, 4)
    return {"dim": rng.randint(-rank - 1, rank + rng.choice([0, 0, 1]))}, [tuple(distinct(rng, rank))]


def squeeze(rng):
    rank = rng.randint(1, 4)
    shape = tuple(rng.choice([1, 1, n]) for n in distinct(rng, rank, least=2))
    dims = tuple(rng.sample(range(-rank, rank), rng.randint(1, rank)))
    ones = tuple(dim for dim, n in enumerate(shape) if n == 1)
    return {"dim": rng.choice([dims, dims[0], ones or 0, ones or 0])}, [shape]


def transpose(rng):
    rank = rng.randint(1, 4)
    dims = {name: rng.randint(-rank, rank - rng.choice([0, 1, 1])) for name in ("dim0", "dim1")}
    return dims, [tuple(distinct(rng, rank))]


def stack(rng):
    rank = rng.randint(1, 3)
    shapes = [distinct(rng, rank)] * rng.randint(1, 3)
    shapes[-1] = [*shapes[-1][:-1], shapes[-1][-1] + rng.choice([0, 0, 0, 1])]
    return {"dim": rng.randint(-rank - 1, rank)}, [tuple(shape) for shape in shapes]


def einsum(rng):
    """Letters of one, two or three inputs, some of them alike; some equations do not fit."""
    extents = dict(zip("abcdef", distinct(rng, 6), strict=True))
    operands = ["".join(rng.sample("abcdef", rng.randint(1, 4))) for _ in range(rng.randint(1, 3))]
    letters = sorted({*"".join(operands)})
    output = "".join(rng.sample(letters, rng.randint(1, min(4, len(letters)))))
    shapes = [[extents[letter] for letter in operand] for operand in operands]
    shapes[-1][0] += rng.choice([0, 0, 0, 1])
    spoilt = rng.choice(["", "", "", "", "z", output[:1], "->"])
    return {"equation": f"{','.join(operands)} -> {output}{spoilt}"}, [tuple(shape) for shape in shapes]


def unfold(rng):
    shape, axes = image(rng)
    return window(rng, axes) | {"padding": padding(rng, axes, 2, "valid")}, [shape]


def fold(rng):
    """Most as many columns as there are windows."""
    axes = rng.choice([1, 2, 2, 3])
    sizes = tuple(distinct(rng, axes, least=4, most=9))
    args = window(rng, axes, kernel=3) | {"padding": some(rng, axes, 0, 2)}
    kernel, stride, dilation, pads = (
        n if isinstance(n, tuple) else (n,) * axes
        for n in (args[name] for name in ("kernel_size", "stride", "dilation", "padding"))
    )
    steps = [
        (n + 2 * p - d * (k - 1) - 1) // s + 1
        for n, k, s, d, p in zip(sizes, kernel, stride, dilation, pads, strict=True)
    ]
    columns = prod(max(1, n) for n in steps) + rng.choice([0, 0, 0, 1])
    channels = prod(kernel) * rng.randint(1, 3) + rng.choice([0, 0, 0, 1])
    return args | {"output_size": sizes}, [(rng.randint(1, 2), channels, columns)]


def glu(rng):
    args, (shape,) = along(rng)
    if args["dim"] < len(shape) and rng.random() < 0.7:
        shape = tuple(2 * n if dim == args["dim"] % len(shape) else n for dim, n in enumerate(shape))
    return args, [shape]


def constant(rng):
    shape = tuple(distinct(rng, rng.randint(1, 3)))
    values = tuple(tuple(rng.randint(0, 5) for _ in range(3)) for _ in range(2))
    given = [{"shape": shape}, {"shape": shape, "value": 1.5}, {"values": values}, {"values": values, "shape": shape}]
    truths = tuple(tuple(rng.randint(0, 1) for _ in range(3)) for _ in range(2))
    given += [{"values": truths, "dtype": "bool"}]
    return rng.choice(given), []


def mean(rng):
    rank = rng.randint(1, 4)
    dims = tuple(rng.choice([dim, dim - rank]) for dim in rng.sample(range(rank), rng.randint(1, rank)))
    dim = rng.choice([dims, dims[0], None, (*dims, dims[0])])
    return {"dim": dim, "keepdim": rng.random() < 0.5}, [tuple(distinct(rng, rank))]


def upsample(rng):
    shape, axes = image(rng)
    special = {1: "linear", 2: rng.choice(["bilinear", "bicubic"]), 3: "trilinear"}[axes]
    mode = rng.choice(["nearest", "linear", special])
    factors = tuple(rng.choice([2, 3, 1.5, 0.5, 0.75, 1.125, 0.3, 0.6, 1.6]) for _ in range(axes))
    args = rng.choice([{"size": some(rng, axes, 1, 13)}, {"scale_factor": factors}, {"scale_factor": factors[0]}])
    args |= {"mode": mode, "align_corners": mode != "nearest" and rng.random() < 0.5}
    return args | {"antialias": mode.startswith("bi") and rng.random() < 0.5}, [shape]


def pixel_shuffle(rng):
    r = rng.randint(1, 3)
    axes = rng.randint(1, 3 if r < 3 else 2)
    return {"upscale_factor": r}, [image(rng, rng.choice([r**axes, r]), axes, most=6)[0]]


def pixel_unshuffle(rng):
    r = rng.randint(1, 3)
    shape, _ = image(rng, most=5)
    spare = rng.choice([0, 0, 0, 1])
    return {"downscale_factor": r}, [(*shape[:2], *(r * n + spare for n in shape[2:]))]


def channel_shuffle(rng):
    groups = rng.randint(1, 4)
    return {"groups": groups}, [image(rng, rng.choice([groups, groups, 1]))[0]]


def locally_connected(rng):
    shape, axes = image(rng)
    args = {"kernel_size": tuple(rng.randint(1, min(n, 3)) for n in shape[2:]), "stride": some(rng, axes, 1, 3)}
    args |= {"padding": padding(rng, axes, 2, "valid"), "out_channels": rng.randint(1, 4)}
    return args | {"bias": rng.random() < 0.5}, [shape]


def lp_pool(rng):
    shape, axes = image(rng)
    args = {"kernel_size": some(rng, axes, 1, 4), "stride": rng.choice([None, some(rng, axes, 1, 3)])}
    args |= {"ceil_mode": rng.random() < 0.5}
    return args | {"norm_type": rng.choice([1.0, 2.0, 3.0]), "padding": padding(rng, axes, 2)}, [shape]


def matmul(rng):
    front = distinct(rng, rng.randint(0, 2))
    n, k, m = distinct(rng, 3, but=front)
    repeated = [1 if rng.random() < 0.3 else extent for extent in front]
    other = [1 if rng.random() < 0.3 else extent + rng.choice([0, 0, 0, 1]) for extent in front]
    return {}, [(*repeated, n, k), (*other, k + rng.choice([0, 0, 0, 1]), m)]


def scaled_dot_product_attention(rng):
    front = distinct(rng, rng.randint(0, 2))
    queries, keys, features, width = distinct(rng, 4, but=front)
    key = [extent + rng.choice([0, 0, 0, 0, 1]) for extent in (*front, keys, features)]
    pairs = [rng.choice([1, n, n]) for n in (*front, queries, keys)]
    pairs[-1] += rng.choice([0, 0, 0, 7])
    shapes = [(*front, queries, features), tuple(key), (*front, keys, width), *rng.choice([[], [tuple(pairs)]])]
    if front and rng.random() < 0.3:
        shapes[0] = (*front[:-1], front[-1] * rng.choice([1, 2, 3]), *shapes[0][-2:])
        return {"enable_gqa": rng.random() < 0.8}, shapes[:3]
    return {"is_causal": rng.random() < 0.5}, shapes


def multi_head_attention(rng):
    heads = rng.randint(1, 3)
    features = heads * rng.randint(1, 3) + rng.choice([0, 0, 0, 1])
    batch, queries, keys = distinct(rng, 3, but=(features,))
    other = (batch + rng.choice([0, 0, 0, 1]), keys, features)
    args = {"num_heads": heads, "bias": rng.random() < 0.5}
    if rng.random() < 0.3:
        own = rng.random() < 0.5
        pairs = (queries, (queries if own else keys) + rng.choice([0, 0, 1]))
        mask = rng.choice([pairs, (batch * heads, *pairs)])
        return args, [(batch, queries, features), *([] if own else [(batch, keys, features)] * 2), mask]
    if rng.random() < 0.4:
        args |= {"kdim": rng.choice([None, 3]), "vdim": rng.choice([None, 10])}
        key, value = ((batch, keys, args[name] or features) for name in ("kdim", "vdim"))
        return args, [(batch, queries, features), key, value]
    return args, [(batch, queries, features), *rng.choice([[], [other, other]])]


def recurrent(rng, **more):
    args = {"hidden_size": rng.randint(1, 4), "num_layers": rng.randint(1, 2)}
    args |= {"bias": rng.random() < 0.5, "bidirectional": rng.random() < 0.5}
    return args | more, [tuple(distinct(rng, 3, most=5))]


def begun(rng, args, shapes, *more):
    """The same with states to begin with, or without."""
    if rng.random() < 0.5:
        return args, shapes
    cells, hidden = args["num_layers"] * (1 + args["bidirectional"]), args["hidden_size"]
    return args, [
        *shapes,
        *((cells, shapes[0][0], wide) for wide in (args.get("proj_size") or hidden, *(hidden,) * len(more))),
    ]


def rnn(rng):
    return begun(rng, *recurrent(rng, nonlinearity=rng.choice(["tanh", "relu"])))


def lstm(rng):
    kinds = {"biases": rng.choice(["both", "one", "new"]), "proj_size": rng.choice([None, None, 1, 2])}
    return begun(rng, *recurrent(rng, **kinds, memory=rng.random() < 0.3), "memory")


def gru(rng):
    return begun(rng, *recurrent(rng, biases=rng.choice(["both", "one", "new"]), reset=rng.choice(["after", "before"])))


def embedding(rng):
    rows, width = distinct(rng, 2, least=2)
    return {"num_embeddings": rows, "embedding_dim": width}, [tuple(distinct(rng, rng.randint(1, 3)))]


def parameter(rng):
    return {"shape": tuple(distinct(rng, rng.randint(1, 4)))}, []


def scale(rng):
    rank = rng.randint(1, 4)
    return {"dim": rng.randrange(-rank, rank)}, [tuple(distinct(rng, rank))]


def expand(rng):
    before, *shape = distinct(rng, rng.randint(2, 4), least=2)
    shape = [rng.choice([1, n]) for n in shape]
    wanted = [rng.choice([-1, n]) if n > 1 else rng.choice([-1, 1, 10]) for n in shape]
    wanted[-1] += rng.choice([0, 0, 0, 11])
    return {"shape": (*rng.choice([(), (before,)]), *wanted)}, [tuple(shape)]


def split(rng):
    shape = distinct(rng, rng.randint(1, 4), least=2)
    dim = rng.randrange(len(shape))
    first = rng.randint(1, shape[dim] - 1)
    listed = (first, max(1, shape[dim] - first + rng.choice([0, 0, 1, -1])))
    return {"dim": dim, "sections": rng.choice([1, 2, 3, listed, listed])}, [tuple(shape)]


def chunk(rng):
    shape = distinct(rng, rng.randint(1, 4))
    return {"dim": rng.randrange(-len(shape), len(shape)), "chunks": rng.randint(1, 4)}, [tuple(shape)]


def reduce(rng):
    args, shapes = mean(rng)
    mode = rng.choice(["sum", "mean", "max", "min", "prod", "l1", "l2", "sum_square", "logsumexp", "var", "std"])
    correction = rng.choice([None, None, 0, 2]) if mode in ("var", "std") else rng.choice([None, None, None, 1])
    return args | {"mode": mode, "correction": correction}, shapes


def require(rng):
    return {"that": rng.random() < 0.7}, plain(rng)[1]


SPECIAL = {
    "require": require,
    "locally_connected": locally_connected,
    "lp_pool": lp_pool,
    "matmul": matmul,
    "scaled_dot_product_attention": scaled_dot_product_attention,
    "multi_head_attention": multi_head_attention,
    "rnn": rnn,
    "lstm": lstm,
    "gru": gru,
    "embedding": embedding,
    "parameter": parameter,
    "scale": scale,
    "expand": expand,
    "split": split,
    "chunk": chunk,
    "reduce": reduce,
    "pow": pointwise(exponent=3.0),
    "conv": conv,
    "conv_transpose": conv_transpose,
    "deform_conv": deform_conv,
    "max_pool": max_pool,
    "avg_pool": avg_pool,
    "max_unpool": max_unpool,
    "adaptive_avg_pool": adaptive,
    "adaptive_max_pool": adaptive,
    "global_avg_pool": plain,
    "global_max_pool": plain,
    "linear": linear,
    "batch_norm": tracked,
    "instance_norm": tracked,
    "group_norm": group_norm,
    "layer_norm": layer_norm,
    "local_response_norm": local_response_norm,
    "leaky_relu": pointwise(negative_slope=0.2),
    "elu": pointwise(alpha=0.7),
    "softplus": pointwise(beta=2.0, threshold=1.0),
    "prelu": prelu,
    "gelu": gelu,
    "softmax": along,
    "log_softmax": along,
    "flatten": flatten,
    "reshape": reshape,
    "permute": permute,
    "pad": pad,
    "crop": crop,
    "slice": slice_,
    "concat": concat,
    "compare": arithmetic(2, mode=["greater", "greater_equal", "less", "less_equal", "equal", "not_equal"]),
    "where": where,
    "clip": clip,
    "fake_quantize": fake_quantize,
    "gather": gather,
    "roll": roll,
    "flip": flip,
    "topk": topk,
    "grid_sample": grid_sample,
    "unsqueeze": unsqueeze,
    "squeeze": squeeze,
    "transpose": transpose,
    "stack": stack,
    "einsum": einsum,
    "glu": glu,
    "unfold": unfold,
    "fold": fold,
    "constant": constant,
    "add": arithmetic(4),
    "multiply": arithmetic(4),
    "subtract": arithmetic(2),
    "divide": arithmetic(2),
    "mean": mean,
    "upsample": upsample,
    "pixel_shuffle": pixel_shuffle,
    "pixel_unshuffle": pixel_unshuffle,
    "channel_shuffle": channel_shuffle,
}

DECLARED = {"opaque"}
"""Layers that have no kernel, and so nothing to be held against."""

DRAWS = {verb: SPECIAL.get(verb, pointwise()) for verb in OPERATORS if verb not in DECLARED}
