"""Layers of sequences: attention and recurrence."""

from __future__ import annotations

from tests.ops.geometries.drawing import distinct


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


DRAWS = {
    "scaled_dot_product_attention": scaled_dot_product_attention,
    "multi_head_attention": multi_head_attention,
    "rnn": rnn,
    "lstm": lstm,
    "gru": gru,
}
