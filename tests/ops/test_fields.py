"""What the fields of operators take, what they refuse, and the words in which they do."""

from __future__ import annotations

from fractions import Fraction

import jsonschema
import pytest
from pydantic import ValidationError

from cnnplan.ops import OPERATORS
from cnnplan.sizes import Context, Domain

SIZE = Context().symbol("K", Domain(min=1))

# operator, arguments; the field, what it became
TAKEN = [
    ("max_pool", {"kernel_size": 3}, "kernel_size", 3),
    ("max_pool", {"kernel_size": [3, 5]}, "kernel_size", (3, 5)),
    ("max_pool", {"kernel_size": Fraction(6, 2)}, "kernel_size", 3),
    ("max_pool", {"kernel_size": SIZE}, "kernel_size", SIZE),
    ("max_pool", {"kernel_size": 3}, "stride", None),
    ("max_pool", {"kernel_size": 3, "stride": None}, "stride", None),
    ("max_pool", {"kernel_size": 3, "padding": [[0, 1], [2, 3]]}, "padding", ((0, 1), (2, 3))),
    ("max_pool", {"kernel_size": 3, "padding": [SIZE, 1]}, "padding", (SIZE, 1)),
    ("max_pool", {"kernel_size": 3, "padding": "same"}, "padding", "same"),
    ("conv", {"kernel_size": 3, "out_channels": 8, "padding": "same_lower"}, "padding", "same_lower"),
    ("locally_connected", {"kernel_size": 3, "out_channels": 8, "padding": "valid"}, "padding", "valid"),
    ("adaptive_avg_pool", {"output_size": [None, 7]}, "output_size", (None, 7)),
    ("upsample", {"scale_factor": Fraction("0.5")}, "scale_factor", Fraction(1, 2)),
    ("upsample", {"scale_factor": [2, 1.25]}, "scale_factor", (2, Fraction(5, 4))),
    ("dropout", {"p": Fraction("0.2")}, "p", 0.2),
    ("batch_norm", {"eps": Fraction("1e-5")}, "eps", 1e-5),
    ("reshape", {"shape": [2, -1, SIZE]}, "shape", (2, -1, SIZE)),
    ("mean", {"dim": 2}, "dim", 2),
    ("mean", {"dim": [2, -1]}, "dim", (2, -1)),
    ("layer_norm", {"normalized_shape": [7, 5]}, "normalized_shape", (7, 5)),
    ("slice", {"start": -3}, "start", -3),
]

MIXED = "must hold numbers only, or [before, after] pairs only"
MARGINS = "must be a number, a list or valid"
MODES = "must be one of zeros, reflect, replicate, circular"
ROUNDED = "floor, ceil or round makes one of it"
INEXACT = "must be a fraction of small numbers or a short decimal, such as 2, 0.5 or 1.6; give size instead"
CONV = {"kernel_size": 3, "out_channels": 8}

# operator, arguments; the field, the cause as the door prints it
REFUSED = [
    ("max_pool", {"kernel_size": 0}, "kernel_size", "must be at least 1"),
    ("max_pool", {"kernel_size": [3, 0]}, "kernel_size", "must be at least 1"),
    ("max_pool", {"kernel_size": 2.5}, "kernel_size", "must be a whole number"),
    ("max_pool", {"kernel_size": Fraction(5, 2)}, "kernel_size", f"must be a whole number: {ROUNDED}"),
    ("max_pool", {"kernel_size": True}, "kernel_size", "must be a whole number"),
    ("max_pool", {"kernel_size": "wide"}, "kernel_size", "must be a whole number"),
    ("max_pool", {"kernel_size": []}, "kernel_size", "must be a list of one number per axis"),
    ("max_pool", {"kernel_size": 3, "padding": -1}, "padding", "must be at least 0"),
    (
        "max_pool",
        {"kernel_size": 3, "padding": "sam"},
        "padding",
        "must be a number, a list, valid, same or same_lower",
    ),
    ("locally_connected", CONV | {"padding": "same"}, "padding", MARGINS),
    ("pad", {"padding": "same"}, "padding", "must be a number or a list"),
    ("max_pool", {"kernel_size": 3, "padding": [1, [0, 1]]}, "padding", MIXED),
    ("max_pool", {"kernel_size": 3, "padding": [[0, 1, 2]]}, "padding", "must hold [before, after] pairs"),
    ("max_pool", {"kernel_size": 3, "ceil_mode": 1}, "ceil_mode", "must be true or false"),
    ("conv", CONV | {"padding_mode": "mirror"}, "padding_mode", MODES),
    ("linear", {"out_features": None}, "out_features", "must be a whole number"),
    ("dropout", {"p": 1.5}, "p", "must be from 0 to 1"),
    ("dropout", {"p": "half"}, "p", "must be a number"),
    ("flatten", {"start_dim": SIZE}, "start_dim", "must be the number of an axis, a plain whole number"),
    ("permute", {"dims": 2}, "dims", "must be a list of axes"),
    ("reshape", {"shape": [2, -1, -1]}, "shape", "must hold extents of at least 1, and one -1 at most"),
    ("reshape", {"shape": [2, 0]}, "shape", "must hold extents of at least 1, and one -1 at most"),
    ("upsample", {"scale_factor": 0}, "scale_factor", "must be above 0"),
    ("upsample", {"scale_factor": Fraction(1, 10**9 + 7)}, "scale_factor", INEXACT),
    ("upsample", {"scale_factor": 0.123456789}, "scale_factor", INEXACT),
]


@pytest.mark.parametrize(("verb", "args", "field", "value"), TAKEN)
def test_a_value_is_taken(verb, args, field, value):
    assert getattr(OPERATORS[verb](**args), field) == value


@pytest.mark.parametrize(("verb", "args", "field", "cause"), REFUSED)
def test_a_refusal_says_the_cause(verb, args, field, cause):
    with pytest.raises(ValidationError) as caught:
        OPERATORS[verb](**args)
    assert [(error["loc"], error["msg"]) for error in caught.value.errors()] == [((field,), cause)]


def test_an_unknown_argument_is_refused():
    with pytest.raises(ValidationError, match="extra_forbidden"):
        OPERATORS["relu"](inplace=True)


def test_equal_arguments_make_equal_operators():
    conv = OPERATORS["conv"]
    assert conv(out_channels=8, kernel_size=[3, 5]) == conv(kernel_size=(3, 5), out_channels=8, stride=1)
    assert hash(conv(out_channels=8, kernel_size=[3, 5])) == hash(conv(out_channels=8, kernel_size=(3, 5)))


def plain(rows):
    return [
        row for row in rows if all(word not in repr(row[1]) for word in ("Fraction", "K", "0.12")) and row[2] != "shape"
    ]


@pytest.mark.parametrize(("verb", "args", "field", "value"), plain(TAKEN))
def test_the_schema_takes_it_too(verb, args, field, value):
    del field, value
    jsonschema.validate(args, OPERATORS[verb].model_json_schema())


@pytest.mark.parametrize(("verb", "args", "field", "cause"), plain(REFUSED))
def test_the_schema_refuses_it_too(verb, args, field, cause):
    del cause
    errors = jsonschema.Draft202012Validator(OPERATORS[verb].model_json_schema()).iter_errors(args)
    assert [error.path[0] for error in errors] == [field]
