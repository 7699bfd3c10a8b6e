"""Promises: proved where letters stand, computed where numbers do, and what is said when one is broken."""

from __future__ import annotations

import pytest

from cnnplan.configuration import Configuration
from cnnplan.rules import check

HEAD = "cnnplan: 1\nsymbols: {N: 1, H: {default: 40, min: 8}, W: {default: 64, min: 8}, width: 24%s}\n"
BODY = """\
input: [N, 3, H, W]
layers:
  - conv: {out_channels: width, kernel_size: 3, stride: 2, padding: 1, bias: false}
    name: stem
  - batch_norm
  - relu
  - conv: {out_channels: 2 * width, kernel_size: 5, stride: 2, padding: 2}
    name: body
"""
VARIANT = ", variant: {default: small, choices: {small: {out: 10}, large: {out: 30}}}"
CHOICE = BODY + "  - conv: {out_channels: variant.out, kernel_size: 1}\n    name: head\n"
UNET = """\
cnnplan: 1
symbols: {H: 64, W: 96}
input: [1, 3, H, W]
layers:
  - branches:
      paths:
        - []
        - - max_pool: {kernel_size: 2}
          - upsample: {scale_factor: 2}
    name: out
"""


def told(promise, text=HEAD % "" + BODY):
    """What is said of one promise."""
    asked = Configuration(select=("CNN301", "CNN303"))
    return [finding.message for finding in check(f"{text}expect:\n  - {promise}\n", asked)]


KEPT = [
    "params == 29_544",
    "'params == 1227 * width ** 2 // 1 - 1227 * width ** 2 + params'",
    "buffers == 48",
    "macs <= 6.3M",
    "{at: {N: 2, H: 80, W: 72}, that: macs == 22_602_240}",
    'shape("body") == [N, 2 * width, ceil(H / 4), ceil(W / 4)]',
    'shape("stem")[2] >= 4',
    'shape("body")[2] <= shape("stem")[2]',
    "stem.params + body.params <= params",
    "body.receptive_field == [11, 11]",
    "memory <= 1MiB",
    "peak <= memory",
    "legal",
    "conditions == []",
    "{at: {width: 32}, that: params == 52_192}",
    "{at: {H: 9}, that: legal}",
]


@pytest.mark.parametrize("promise", KEPT)
def test_what_is_kept(promise):
    assert told(promise) == []


BROKEN = [
    ("params == 29_500", "params is 29,544 at width = 24, 44 (0.15%) more"),
    ("params >= 30k", "params is 29,544 at width = 24, 456 (1.52%) less"),
    ("macs <= 5M", "at N = 1, H = 40, W = 64"),
    ("{at: {H: 400}, that: macs <= 5M}", "at N = 1, H = 400, W = 64"),
    ('shape("body")[2] == H // 4', "holds only where H % 4 == 0: not at H = 41"),
    ('shape("body") == [N, 48, ceil(H / 4), ceil(W / 4)]', "holds only where"),
    ('shape("body")[2] > 3', "not at H = 8"),
    ("{at: {H: 3}, that: params > 0}", "is outside its declared domain"),
    ("params <= 1M and macs <= 1k", "does not hold"),
    ("parms <= 1M", "unknown name parms; did you mean params?"),
    ('shape("stm") == [N]', "stm"),
    ("params + 1", "neither true nor false"),
    ("body.depth <= 3", "body has no field depth"),
    ("params / 0 <= 3", "division by zero"),
]


@pytest.mark.parametrize(("promise", "words"), BROKEN)
def test_what_is_broken_and_by_how_much(promise, words):
    (message,) = told(promise)
    assert words in message


def test_the_heaviest_layers_are_named():
    (finding,) = check(HEAD % "" + BODY + "expect: [params <= 10k]\n", Configuration(select=("CNN301",)))
    assert finding.hint == "most params: body 97.6%, stem 2.2%, batch_norm1 0.2%"
    assert (finding.location.line, finding.location.column) == (11, 10)


VOCODER = """\
cnnplan: 1
symbols: {T: 32}
input: [1, 24, T]
layers:
  - conv_transpose: {out_channels: 12, kernel_size: 16, stride: 8, padding: 4}
  - conv_transpose: {out_channels: 6, kernel_size: 10, stride: 5, padding: 2}
    name: second
  - conv_transpose: {out_channels: 3, kernel_size: 10, stride: 5, padding: 2}
  - tanh:
    name: wave
"""
PROPORTION = "the first out of proportion is second, which makes 1,281 of 256"
"""By hand: 32 * 8 = 256; 255 * 5 - 4 + 10 = 1281; 1280 * 5 - 4 + 10 = 6406; 6400 is promised."""

DEPARTURES = [
    ('shape("wave") == [1, 3, 200 * T]', f"at T = 32 axis 2 is 6,406 where 6,400 is promised; {PROPORTION}"),
    ('shape("wave")[2] == 200 * T', f"at T = 32 axis 2 is 6,406 where 6,400 is promised; {PROPORTION}"),
    (
        "{at: {T: 32}, that: 'shape(\"wave\")[2] == 6400'}",
        f"at T = 32 axis 2 is 6,406 where 6,400 is promised; {PROPORTION}",
    ),
    ('shape("wave") == [1, 4, 200 * T + 6]', "axis 1 is 3 where 4 is promised"),
    ('shape("wave") == [1, 3]', "at T = 32 the shape is [1, 3, 6406] where [1, 3] is promised"),
    ('shape("wave")[2] <= 6406', "at T = 33 axis 2 is 6,606 where 6,406 is promised"),
    ('shape("input")[1] == 3', ""),
]


@pytest.mark.parametrize(("promise", "hint"), DEPARTURES)
def test_the_first_layer_whose_size_is_off_is_named(promise, hint):
    (finding,) = check(f"{VOCODER}expect:\n  - {promise}\n", Configuration(select=("CNN301",)))
    assert finding.hint.startswith(hint)


WAYS_OUT = [
    ("{default: 8, min: 4, max: 40}", "promise it of one size: {at: {H: 8}, that: ...}, or narrow what H may be"),
    ("8", "promise it of one size: {at: {H: 8}, that: ...}, or declare what H may be"),
]


@pytest.mark.parametrize(("symbol", "hint"), WAYS_OUT)
def test_the_way_out_names_the_sizes_of_the_spec(symbol, hint):
    text = f"""cnnplan: 1
symbols: {{H: {symbol}}}
input: [1, 3, H]
layers:
  - relu:
    name: c
expect:
  - shape('c')[2] <= 12
"""
    (finding,) = check(text, Configuration(select=("CNN301",)))
    assert finding.hint.endswith(hint)


NO_NUMBERS = [
    ("c == 3", "c == 3 has no value: c is a layer", "its shape is shape('c'), its numbers c.params, c.macs"),
    ("5 == c", "5 == c has no value: c is a layer", "its shape is shape('c'), its numbers c.params, c.macs"),
    ("r == 3", "r == 3 has no value: r is an input: its shape is shape('r'), its channels shape('r')[1]", ""),
    ("l[1] == 3", "l[1] == 3 has no value: l is an input: its shape is shape('l'), its channels shape('l')[1]", ""),
]  # fmt: skip


@pytest.mark.parametrize(("promise", "message", "hint"), NO_NUMBERS)
def test_a_layer_or_an_input_is_no_number(promise, message, hint):
    inputs = "inputs: {l: [1, 3, 9], r: [1, 3, 9]}"
    text = f"cnnplan: 1\n{inputs}\nlayers:\n  - add:\n    from: [l, r]\n    name: c\nexpect: ['{promise}']\n"
    (finding,) = check(text, Configuration(select=("CNN301",)))
    assert (finding.message, finding.hint) == (message, hint)


def test_a_promise_is_held_for_every_choice():
    (message,) = told("params <= 31k", HEAD % VARIANT + CHOICE)
    assert message.startswith("params <= 31k is broken: params is 31,014")
    assert message.endswith("with variant = large")
    assert told('shape("head")[1] == variant.out', HEAD % VARIANT + CHOICE) == []
    assert told("{at: {variant: small}, that: params <= 31k}", HEAD % VARIANT + CHOICE) == []
    assert len(told("{at: {variant: large}, that: params <= 31k}", HEAD % VARIANT + CHOICE)) == 1


def test_a_promise_need_only_hold_where_the_network_is_legal():
    assert told('shape("out") == [1, 6, H, W]', UNET) == []
    assert told("conditions == ['H % 2 == 0', 'W % 2 == 0']", UNET) == []
    (message,) = told("legal", UNET)
    assert "H % 2 == 0" in message
    (message,) = told("{at: {H: 65}, that: params == 0}", UNET)
    assert "not legal there: needs H % 2 == 0" in message


def test_what_cannot_be_decided_is_not_guessed():
    free = "cnnplan: 1\nsymbols: {H: {min: 8}, W: {min: 8}}\ninput: [1, 3, H, W]\n" + BODY.split("\n", 1)[1]
    free = free.replace("width", "24")
    (message,) = told("macs <= 6.3M", free)
    assert message.startswith("macs <= 6.3M is neither proved nor refuted")
