"""Expressions that are refused, one row a case, and in which words."""

from __future__ import annotations

import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnplan.spec import EvaluationError, UnknownName, Unreadable, parse
from cnnplan.spec.scalars import UNITS
from tests.spec.names import HERE, Names

FAULTS = [
    ("1 / (i - 2)", EvaluationError, "division by zero: 1 / 0"),
    ("9 ** 9 ** 9", EvaluationError, "9 ** 387420489 is too large: the exponent may be 256 at most"),
    ("10 ** 59 * 10", EvaluationError, "the result is too large: numbers end at 10 ** 60"),
    ("2 ** H", EvaluationError, "the exponent H must be a whole number without symbols"),
    ("H / k", EvaluationError, "H / k has no exact value: write // for the floor"),
    ('"a" + 1', EvaluationError, '"a" + 1 has no meaning: + takes numbers'),
    ("pair + pair", EvaluationError, "[1, 7] + [1, 7] has no meaning: + takes numbers"),
    ("true + 1", EvaluationError, "true + 1 has no meaning: + takes numbers"),
    ("pair[2]", EvaluationError, "the index 2 is outside the list [1, 7] of 2 elements"),
    (
        "pair == 1",
        EvaluationError,
        "[1, 7] cannot be compared with 1: a list and a number; [0] behind it is its first element",
    ),
    (
        "pair >= 1000",
        EvaluationError,
        "[1, 7] cannot be compared with 1000: a list and a number; [0] behind it is its first element",
    ),
    ("act < 3", EvaluationError, "silu < 3 has no meaning: < takes numbers"),
    ("1 if i else 2", EvaluationError, "2 is neither true nor false"),
    ("variant.dephts", EvaluationError, "deep has no field dephts; did you mean depths?; it has depths, unit"),
    ("i.real", EvaluationError, "2 has no field real: it is no record"),
    ("widht", UnknownName, "unknown name widht; did you mean width?"),
    ("make_divisible(3)", EvaluationError, "make_divisible takes a number and a divisor, not 1 values"),
    ("make_divisible(3, 0)", EvaluationError, "make_divisible takes a divisor above 0, not 0"),
    ("min()", EvaluationError, "min takes at least one number"),
    ("floor(1, 2)", EvaluationError, "floor takes one number, not 2"),
    ("1 +", Unreadable, "cannot read the expression '1 +'"),
    ("", Unreadable, "cannot read the expression ''"),
    ("max(1, 2", Unreadable, "cannot read the expression 'max(1, 2': a bracket is not closed"),
    ("24 GiB", Unreadable, "cannot read the expression '24 GiB': a unit stands right behind its number: write 24GiB"),
    (
        "1.5 GMAC",
        Unreadable,
        f"cannot read the expression '1.5 GMAC': a unit stands right behind its number: units are {' '.join(UNITS)}",
    ),
    ("i = 2", Unreadable, "cannot read the expression 'i = 2': write == to compare"),
    ("i && H", Unreadable, "cannot read the expression 'i && H': write and for &&"),
    ("8, 9", Unreadable, "a list without [ ] is not part of the language"),
    ("open(1)", Unreadable, "unknown function open"),
    ("flor(1)", Unreadable, "unknown function flor; did you mean floor?"),
    ("i.__class__()", Unreadable, "unknown function i.__class__"),
    ("lambda: 1", Unreadable, "lambda is not part of the language"),
    ("[x for x in pair]", Unreadable, "a comprehension is not part of the language"),
    ("f'{i}'", Unreadable, "formatted text is not part of the language"),
    ("pair[0:2:2]", Unreadable, "a section of a list has a first and a last element, x[a:b], and no step"),
    ("i[1:]", EvaluationError, "2 is no list: it has no elements"),
    ("pair[:act]", EvaluationError, "the index silu of a list must be a whole number"),
    ("len(3)", EvaluationError, "len takes one list, not 3"),
    ("len()", EvaluationError, "len takes one list, not nothing"),
    ("sum(act)", EvaluationError, "sum takes numbers, not silu"),
    ("gcd(4, 0)", EvaluationError, "gcd takes whole numbers above 0, not 0"),
    ("lcm(4, 0.5)", EvaluationError, "lcm takes whole numbers above 0, not 1/2"),
    ("gcd()", EvaluationError, "gcd takes at least one number"),
    ("i in pair", Unreadable, "the language compares with == != < <= > >= and nothing else"),
    ("i @ 3", Unreadable, "the language has + - * / // % ** and no other arithmetic"),
    ("~i", Unreadable, "~ is not part of the language"),
    ("round(x=1)", Unreadable, "the arguments of round have no names"),
    ("shape(stem)", Unreadable, 'shape takes the name of a layer in quotes: shape("conv1")'),
    ("floor", Unreadable, "floor is a function: write floor(...)"),
    ("3Q", Unreadable, "3Q is neither a number nor a name; units are k M G T kB MB GB TB KiB MiB GiB"),
    ("1e999", Unreadable, "a number of more than 40 digits is not read"),
    ("1" * 41, Unreadable, "a number of more than 40 digits is not read"),
    ("\u03bb0", Unreadable, "'\u03bb' has no meaning in an expression"),
    (r"'\d'", Unreadable, '"\'" has no meaning in an expression'),
    ("-" * 50 + "1", Unreadable, "the expression is nested deeper than 40 levels"),
    ("1+" * 1500 + "1", Unreadable, "an expression of 3001 characters is too long, at most 2000 are read"),
]


@pytest.mark.parametrize(("text", "error", "message"), FAULTS)
def test_faults(text, error, message):
    with pytest.raises(error) as caught:
        parse(text, HERE).evaluate(Names())
    assert type(caught.value) is error
    assert str(caught.value) == message
    assert not isinstance(caught.value, EvaluationError) or caught.value.place == HERE


@given(st.text(alphabet="ab19.+-*/%()[]<>=!&|^~@:,_ \"'\\\tif not", max_size=40) | st.text(max_size=20))
def test_any_text_is_read_or_refused_and_nothing_else(text):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            parse(text, HERE)
        except (Unreadable, EvaluationError) as fault:
            assert str(fault)  # noqa: PT017 - most texts are refused, some are read
