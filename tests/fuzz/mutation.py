"""Specs made of other specs: what a fuzzer that only knows bytes would not come by."""

from __future__ import annotations

import random
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]

VALUES = [
    *(0, 1, 2, 3, 7, 8, 64, -1, -7, 1000, 10**9, 10**18, 10**60, 0.5, 1.25, 1e300, True, False, None, "", "same"),
    *("H", "W", "N", "H // 2", "H % 3", "in_channels", "in_shape", "in_shape[2]", "i", "width", "variant", "-H"),
    *("H ** 8", "H * W * N", "10 ** 59", "1 / H", "floor(H / 0)", "make_divisible(H, 8)", "[H, W]", "[1, 2][H]"),
    *("1 if H > 9 else 2", "H == W", "not H", 'shape("conv1")', 'shape("x.0")[1]', "<b9>", "=1+1", "::error::x"),
    *("\x1b[31m", "a\nb", "é", "\u202eabc", "%0A", "prev", "input", "conv1", "relu", "x.*", [1, 2], [[0, 1], [1, 0]]),
    *({"i": 3}, {"i": "H"}, {"d": [1, 2]}, {"default": 4, "min": 1}, {"choices": [1, 2, 3]}, {"default": 3, "max": 9}),
]
VERBS = (
    "conv conv_transpose max_pool avg_pool linear batch_norm relu flatten add concat upsample reshape permute split "
    "parameter global_avg_pool adaptive_avg_pool dropout softmax pixel_shuffle channel_shuffle pad crop slice mean "
    "multiply layer_norm group_norm identity branches sequence matmul embedding"
)
KEYS = (
    "out_channels kernel_size stride padding dilation groups bias output_padding ceil_mode out_features dim name from "
    "repeat when share ignore sections shape scale_factor output_size expect that at outputs min max multiple_of"
)


def documents() -> list[object]:
    """The specs of the project as data."""
    files = [*(ROOT / "specs").glob("*.yaml"), *(ROOT / "tests").rglob("*.yaml")]
    found = []
    for file in files:
        try:
            found.append(yaml.safe_load(file.read_text()))
        except (yaml.YAMLError, ValueError, RecursionError):
            continue
    return found


POOL = documents()


def mutated(data: bytes, seed: int) -> bytes:
    """A spec with one or a few of its parts replaced, doubled or taken out."""
    rng = random.Random(seed)  # noqa: S311 - no secret
    try:
        return changed(data, rng)
    except (yaml.YAMLError, ValueError, RecursionError, UnicodeError):
        return data


def changed(data: bytes, rng: random.Random) -> bytes:
    """The same, where the text is one that a person could have written."""
    try:
        tree = yaml.safe_load(data) if rng.random() < 0.8 else None
    except (yaml.YAMLError, ValueError, RecursionError, UnicodeDecodeError):
        tree = None
    if not isinstance(tree, dict):
        tree = rng.choice(POOL)
    holder = [yaml.safe_load(yaml.safe_dump(tree))]
    for _ in range(rng.randint(1, 4)):
        change(holder, rng)
    return yaml.safe_dump(holder[0], sort_keys=False, default_flow_style=rng.choice([None, True, False])).encode()


def change(holder: list[object], rng: random.Random) -> None:
    """One change at a random place."""
    places = [place for place in spots(holder) if place[0] is not holder]
    if not places:
        holder[0] = rng.choice(POOL)
        return
    container, key = rng.choice(places)
    roll = rng.random()
    if roll < 0.35:
        container[key] = rng.choice(VALUES)
    elif roll < 0.5:
        other, at = rng.choice([*spots([rng.choice(POOL)])])
        container[key] = yaml.safe_load(yaml.safe_dump(other[at]))
    elif roll < 0.6:
        del container[key]
    elif isinstance(container, list):
        entry = {
            rng.choice(VERBS.split()): {rng.choice(KEYS.split()): rng.choice(VALUES) for _ in range(rng.randint(0, 3))}
        }
        container.insert(key, rng.choice([container[key], entry, rng.choice(VERBS.split())]))
    else:
        container[rng.choice(KEYS.split())] = rng.choice(VALUES)


def spots(value: object) -> list[tuple[object, object]]:
    """Every place in a tree, as a container and a key."""
    found = []
    pending = [value]
    while pending and len(found) < 2000:
        container = pending.pop()
        items = enumerate(container) if isinstance(container, list) else container.items()
        for key, item in items:
            found.append((container, key))
            if isinstance(item, list | dict):
                pending.append(item)
    return found
