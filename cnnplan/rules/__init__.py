"""What there is to say about a network besides whether it is legal: one rule a file, one table of contents.

A rule is a module with a RULE; RULES is the table, by identifier, in the order in which they are followed. CNN0xx are
errors of the language and CNN1xx errors of legality: the rooms below find them, `faults` describes them. CNN2xx are
rules of design, CNN3xx what the spec and the configuration promise, CNN40x what a file of weights says, and CNN41x what
runtimes make of a design, for which somebody has to ask.
"""

from __future__ import annotations

import re
from importlib import import_module
from typing import TYPE_CHECKING, Any

from cnnplan.collector import uncollected
from cnnplan.configuration import Configuration
from cnnplan.errors import UsageError
from cnnplan.findings import Findings
from cnnplan.rules.faults import FAULTS

if TYPE_CHECKING:
    from pathlib import Path

    from cnnplan.rules.base import Rule
    from cnnplan.spec import Spec

__all__ = [
    "FAULTS",
    "RULES",
    "check",
    "contents",
    "documentation",
    "followed",
    "identifier",
    "known",
    "name_of",
    "rule",
]

RULES: dict[str, str] = {
    "CNN201": "kernel_exceeds_input",
    "CNN202": "stride_skips_input",
    "CNN203": "border_never_read",
    "CNN204": "window_sees_only_padding",
    "CNN205": "branches_of_unequal_size",
    "CNN206": "dead_layer",
    "CNN207": "unused_symbol",
    "CNN208": "unused_block",
    "CNN209": "unused_argument",
    "CNN210": "bias_before_normalization",
    "CNN211": "activation_after_activation",
    "CNN212": "linear_after_linear",
    "CNN213": "dropout_before_normalization",
    "CNN214": "channels_waste_tensor_cores",
    "CNN215": "abrupt_bottleneck",
    "CNN216": "narrow_receptive_field",
    "CNN217": "pooling_of_one",
    "CNN218": "huge_linear_after_flatten",
    "CNN219": "name_shadows",
    "CNN220": "sizes_fixed_by_weights",
    "CNN222": "linear_along_width",
    "CNN223": "batch_in_weights",
    "CNN224": "batch_merged",
    "CNN225": "normalization_of_one",
    "CNN226": "join_of_one",
    "CNN301": "contract_broken",
    "CNN302": "budget_exceeded",
    "CNN303": "contract_unproved",
    "CNN304": "unused_ignore",
    "CNN305": "legality_undecided",
    "CNN306": "legal_nowhere",
    "CNN411": "refused_elsewhere",
    "CNN412": "size_elsewhere",
    "CNN413": "values_elsewhere",
    "CNN414": "elsewhere_undecided",
}
"""The modules of the rules, by identifier; a rule is called like its module, with hyphens."""

EVERY = "ALL"

ELSEWHERE = "CNN41"
"""The beginning of the rules that are followed where a network is to be deployed, and imported there only."""


@uncollected
def check(source: str | Path | Spec, /, configuration: Configuration | None = None, **values: Any) -> Findings:
    """All there is to say about a spec: its errors, or else what the rules find in every structure that it has.

    Args:
        source: the path of a YAML file, or its text; of a file of another world; a Spec.
        configuration: which rules are followed, and what is promised of every spec; left out: the defaults.
        values: bindings of its symbols, in place of their defaults.

    Raises:
        UsageError: the file cannot be read, the configuration names a rule that does not exist, or a binding is wrong.
    """
    from cnnplan.rules.judgement import judge  # noqa: PLC0415 - who reads documentation judges nothing

    configuration = configuration or Configuration()
    return Findings(judge(source, followed(configuration), configuration, values))


def rule(name: str) -> Rule:
    """The rule of an identifier."""
    found: Rule = import_module(f"cnnplan.rules.{RULES[name]}").RULE
    return found


def identifier(word: str) -> str:
    """The identifier of a rule that is called by its name or by its identifier."""
    module = word.replace("-", "_")
    return next((name for name, called in RULES.items() if called == module), word)


def documentation(word: str) -> str:
    """What a rule or an error is about, as Markdown, by its identifier or name.

    Raises:
        UsageError: there is no such rule.
    """
    from cnnplan.rules.documents import document  # noqa: PLC0415

    if identifier(word) not in (*RULES, *FAULTS):
        raise _unknown(word)
    return document(identifier(word))


def contents() -> str:
    """A line for each rule: what it is called, how grave it is, and what it finds."""
    every = [rule(name) for name in RULES]
    wide = max(len(each.name) for each in every)

    def line(each: Rule) -> str:
        grave = each.severity.value if each.default else "off"
        return f"{each.id}  {each.name:<{wide}}  {grave:<7}  {each.doc.strip().splitlines()[0]}\n"

    return "".join(map(line, every))


def known(word: str) -> bool:
    """Whether a rule or an error is called that; everything that looks like an identifier is meant as one."""
    return identifier(word) in (*RULES, *FAULTS) or re.fullmatch(r"CNN\d+", word) is not None


def name_of(name: str) -> str:
    """What the rule or error of an identifier is called: named after the problem."""
    if name in RULES:
        return RULES[name].replace("_", "-")
    heading = documentation(name).splitlines()[0].removeprefix(f"# {name} ")
    return heading.replace(",", "").replace(" ", "-")


@uncollected
def followed(configuration: Configuration) -> list[Rule]:
    """The rules that a configuration asks for.

    Raises:
        UsageError: it names a rule that does not exist, or options that a rule does not have.
    """
    usual = (name for name in RULES if not name.startswith(ELSEWHERE) and rule(name).default)
    wanted = _chosen(configuration.select) if configuration.select else set(usual)
    wanted |= _chosen((*configuration.extend_select, *([ELSEWHERE] if _deployed(configuration) else [])))
    wanted -= _chosen(configuration.ignore)
    for name, options in configuration.options.items():
        _options(name, options)
    return [rule(name) for name in RULES if name in wanted]


def _deployed(configuration: Configuration) -> bool:
    """Whether runtimes are named, all of which there are."""
    if not configuration.deploy:
        return False
    from cnnplan.runtimes import named  # noqa: PLC0415 - rarely asked for

    return bool(named(configuration.deploy))


def _chosen(words: tuple[str, ...]) -> set[str]:
    """The rules that these words mean: identifiers, the beginnings of some, names, or ALL."""
    return {name for word in words for name in _meant(word)}


def _meant(word: str) -> list[str]:
    if word == EVERY:
        return list(RULES)
    name = identifier(word)
    if name in FAULTS or (name.startswith(("CNN0", "CNN1")) and any(fault.startswith(name) for fault in FAULTS)):
        raise UsageError(f"{word} is an error of the spec: errors are always reported")
    found = [each for each in RULES if each.startswith(name)] if name.startswith("CNN") else []
    if not found:
        raise _unknown(word)
    return found


def _options(name: str, options: object) -> None:
    known = rule(name).options if name in RULES else None
    if known is None:
        raise _unknown(name)
    for key, value in options.items() if isinstance(options, dict) else ():
        if key not in known:
            raise UsageError(f"{name} has no option {key}; its options are {', '.join(known) or 'none'}")
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise UsageError(f"{name}: {key} (={value}) must be a whole number of at least 1")


def _unknown(word: str) -> UsageError:
    from cnnplan.spec.words import did_you_mean  # noqa: PLC0415

    names = (*RULES, *FAULTS, *(module.replace("_", "-") for module in RULES.values()))
    return UsageError(f"there is no rule {word}{did_you_mean(word, names)}")
