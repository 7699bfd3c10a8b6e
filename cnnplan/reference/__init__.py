"""The reference: what `cnnplan explain TOPIC` shows of the language, the commands and the other worlds.

A page is one Markdown file of `pages/`, found by being there: `from.md` is `explain from`. It begins with a head in
YAML that names its `group` and, where other words lead to it too, those words (`about`); then comes its title, `#
from: what an entry reads`. What the program says of itself elsewhere is not said again: `{{ sentence("entry.from") }}`
is what the schema says of a key, `{{ keys("entry") }}` all keys of a mapping, `{{ functions() }}` those of expressions,
`{{ overview() }}` and `{{ differences() }}` what was measured of runtimes.
The first block of `yaml` on a page is a spec, `net.yaml`; its `console` blocks are run beside it, and compared.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from cnnplan.spec.documents import DOCUMENTS
from cnnplan.spec.functions import FUNCTIONS, Function

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["GROUPS", "Page", "contents", "explained", "mentions", "pages", "topics"]

GROUPS: Final[Mapping[str, str]] = {
    "language": "The language",
    "commands": "Commands and what they answer",
    "worlds": "Other worlds",
}
"""The groups of pages, in the order of the contents."""

_FOLDER: Final = Path(__file__).with_name("pages")


class Page(NamedTuple):
    """A page before it is filled in.

    Args:
        topic: what one asks for.
        group: where it stands in the contents.
        about: other words that lead to it.
        title: its first line, without the topic.
        text: the Markdown, title included.
    """

    topic: str
    group: str
    about: tuple[str, ...]
    title: str
    text: str


@cache
def pages() -> Mapping[str, Page]:
    """Every page by its topic, in alphabetical order."""
    return {file.stem: _read(file) for file in sorted(_FOLDER.glob("*.md"))}


def _read(file: Path) -> Page:
    import yaml  # noqa: PLC0415 - only who asks for a page needs it

    _, head, text = file.read_text(encoding="utf-8").split("---\n", 2)
    told = yaml.safe_load(head)
    title = text.partition("\n")[0].removeprefix(f"# {file.stem}: ")
    return Page(file.stem, told["group"], tuple(told.get("about", ())), title, text)


def topics() -> Mapping[str, str]:
    """Every word that one may ask for, and the page or function that it leads to."""
    about = {word: page.topic for page in pages().values() for word in page.about}
    return {**{name: name for name in FUNCTIONS}, **about, **{topic: topic for topic in pages()}}


def mentions(word: str) -> list[str]:
    """The topics whose pages say a word, the page that says it most often first."""
    said = {
        page.topic: len(re.findall(rf"\b{re.escape(word)}\b", page.text, re.IGNORECASE)) for page in pages().values()
    }
    return sorted(filter(said.get, said), key=lambda topic: -said[topic])


def explained(word: str) -> str:
    """The page that a word leads to, filled in; "" where it leads nowhere."""
    topic = topics().get(word, "")
    if topic in pages():
        return _filled(pages()[topic].text)
    return _of_function(topic, FUNCTIONS[topic]) if topic else ""


def contents() -> str:
    """What one can ask for: a line for each page."""
    wide = max(map(len, pages()))
    lines = ["cnnplan explain TOPIC shows a page; cnnplan explain SPEC says what a network is."]
    for group, title in GROUPS.items():
        members = [page for page in pages().values() if page.group == group]
        lines += ["", title, *(f"  {page.topic:<{wide}}  {page.title}" for page in members)] if members else []
    lines += ["", "Lists", f"  {'operators':<{wide}}  every operator; each has a page"]
    lines += [f"  {'rules':<{wide}}  every rule and error; each has a page"]
    return "\n".join(lines) + "\n"


def _filled(text: str) -> str:
    """The text with what the program says of itself."""
    import jinja2  # noqa: PLC0415 - only who asks for a page needs it

    environment = jinja2.Environment(  # noqa: S701 - Markdown for a terminal, from files of our own
        undefined=jinja2.StrictUndefined, keep_trailing_newline=True, trim_blocks=True
    )
    from cnnplan.reference import deployment  # noqa: PLC0415

    names = {"overview": deployment.overview, "differences": deployment.differences}
    return environment.from_string(text).render(sentence=_sentence, keys=_keys, functions=_functions, **names)


def _sentence(key: str) -> str:
    """What the schema says of a key, "entry.from", as a sentence."""
    document, _, name = key.partition(".")
    return _described(document)[name][:1].upper() + _described(document)[name][1:] + "."


def _keys(document: str) -> str:
    """Every key of a mapping with what the schema says of it."""
    return _listed(_described(document))


def _described(document: str) -> dict[str, str]:
    fields = DOCUMENTS[document].model_fields
    return {field.alias or name: field.description or "" for name, field in fields.items()}


def _functions() -> str:
    """Every function of expressions, how it is written and what it is."""
    return _listed({function.usage: function.meaning for function in FUNCTIONS.values()})


def _listed(lines: Mapping[str, str]) -> str:
    wide = max(map(len, lines))
    return "\n".join(f"    {name:<{wide}}  {meaning}" for name, meaning in lines.items())


def _of_function(name: str, function: Function) -> str:
    """The page of a function of expressions."""
    lines = [f"# {name}: a function of expressions", "", f"{function.usage} is {function.meaning}."]
    if function.example:
        lines += ["", f"    {function.example} == {_value(function.example)}"]
    return "\n".join([*lines, "", "See also: `cnnplan explain expressions`.", ""])


def _value(example: str) -> Any:
    from cnnplan.findings import Place  # noqa: PLC0415
    from cnnplan.spec.expressions import parse  # noqa: PLC0415

    return parse(example, Place("")).value
