"""The spec language: from the text of a YAML file to the validated document, every fault with its line and column."""

from cnnplan.spec.expressions import Environment, Expression, parse
from cnnplan.spec.faults import EvaluationError, UnknownName, Unreadable
from cnnplan.spec.model import Block, Entry, Expectation, Input, JoinSpec, PathSpec, Repeat, Spec, Symbol
from cnnplan.spec.reader import load_spec, load_text
from cnnplan.spec.values import Record, Verb

__all__ = [
    "Block",
    "Entry",
    "Environment",
    "EvaluationError",
    "Expectation",
    "Expression",
    "Input",
    "JoinSpec",
    "PathSpec",
    "Record",
    "Repeat",
    "Spec",
    "Symbol",
    "UnknownName",
    "Unreadable",
    "Verb",
    "load_spec",
    "load_text",
    "parse",
]
