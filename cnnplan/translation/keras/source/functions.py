"""A template as a function of Keras 3 code: called on tensors, it gives tensors."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from cnnplan.translation.expressions import Unwritable, literal
from cnnplan.translation.keras.source.freezing import frozen
from cnnplan.translation.keras.source.lines import apart, head_of, kind_of, sentence
from cnnplan.translation.keras.source.operators import ACTIVATIONS, write
from cnnplan.translation.keras.source.written import Layer
from cnnplan.translation.layout import laid
from cnnplan.translation.templates.forwards import Variables
from cnnplan.translation.templates.statements import ACTIVATION, KIND
from cnnplan.translation.templates.values import Sides

if TYPE_CHECKING:
    from cnnplan.translation.templates import Library, Template
    from cnnplan.translation.templates.statements import Statement
    from cnnplan.translation.templates.values import Part

__all__ = ["Function"]

INDENT: Final = "    "


class Function:
    """One template as a function."""

    def __init__(
        self, library: Library, template: Template, names: dict[int, str], plan: Any, used: dict[int, list[str]]
    ) -> None:
        self.library, self.template, self.names, self.plan, self.used = library, template, names, plan, used
        self.whole = template is library.templates[-1]
        self.inputs = self._inputs()
        taken = {*template.params, *template.sizes, *names.values(), "i", "name", "index", "layers", "ops"}
        self.variables = Variables(template, self.inputs, taken)
        self.lines: list[str] = []
        self.lent = {each.share for each in template.statements if each.share}
        for at, statement in enumerate(template.statements):
            try:
                self._statement(at, statement)
            except (Unwritable, NotImplementedError) as cause:
                where = plan.spec.locate(statement.item.place) if statement.item.place is not None else ""
                raise Unwritable(f"{where}: {statement.node.name}: {cause}" if where else str(cause)) from None

    def _inputs(self) -> list[str]:
        if self.whole:
            return ["x"] if len(self.plan.spec.inputs) == 1 else [*self.plan.spec.inputs]
        block = self.template.block
        words = [re.sub(r"\W", "", name) for name in block.inputs] if block is not None else []
        count = len(self.template.scopes[0].inputs)
        return ["x"] if count == 1 else [words[i] if i < len(words) == count else f"x{i + 1}" for i in range(count)]

    def text(self) -> str:
        """The function."""
        ends = ", ".join(self.variables.of(ref) for ref in self.template.gives)
        if self.whole:
            return self._network(ends)
        body = "\n".join(self.lines)
        params = [name for name in self.template.params if re.search(rf"\b{name}\b", body)]
        self.used[id(self.template)] = params
        defaults = self.template.defaults
        told = [f"{name}: {kind_of(self.template.params[name])}" for name in params if name not in defaults]
        given = [
            f"{name}: {kind_of(self.template.params[name])} = {literal(defaults[name])}"
            for name in params
            if name in defaults
        ]
        head = [
            *(f"{name}: Any" for name in self.inputs),
            *(f"{size}: int" for size in self.template.sizes),
            *told,
            *given,
        ]
        named = ["name: str"] if "name" in body else []
        self.used[id(self.template)] += [""] if named else []
        star = ["*"] if named else []
        lines = head_of(f"def {self.names[id(self.template)]}({', '.join([*head, *star, *named])}) -> Any:")
        lines += [f'{INDENT}"""{sentence(self.template.title)}."""']
        lines += [piece for line in self._returned(ends) for piece in laid(INDENT + line)]
        return "\n".join(lines)

    def _returned(self, ends: str) -> list[str]:
        lines = [*self.lines]
        if lines and lines[-1].startswith(f"{ends} = "):
            return [*lines[:-1], f"return {lines[-1][len(ends) + 3 :]}"]
        return [*lines, f"return {ends}"]

    def _network(self, ends: str) -> str:
        plan = self.plan
        lines = ["def build() -> keras.Model:", f'{INDENT}"""The model."""']
        weights = {
            n
            for node in plan.nodes.values()
            for w in node.weights.values()
            for e in w.shape
            for n in getattr(e, "symbols", ())
        }
        for name, variable in zip(plan.spec.inputs, self.inputs, strict=True):
            shape = [self._known(extent, weights) for extent in plan.inputs[name][1:]]
            dtype = plan.spec.inputs[name].dtype
            more = f', dtype="{dtype}"' if not dtype.startswith("float") else ""
            called = name if len(plan.spec.inputs) > 1 else "input"
            told = f"({', '.join(shape)}{',' * (len(shape) == 1)})"
            lines += laid(f'{INDENT}{variable} = keras.Input({told}, name="{called}"{more})')
        first = self.inputs[0] if len(self.inputs) == 1 else f"[{', '.join(self.inputs)}]"
        start = self.inputs if len(self.inputs) > 1 else ["inputs"]
        if len(self.inputs) == 1:
            lines[-1 if len(lines) == 3 else 2] = lines[2].replace("x = ", "inputs = ", 1)  # noqa: PLR2004 - head, docstring
            lines.append(f"{INDENT}x = inputs")
            first = start[0]
        else:
            lines.append(f"{INDENT}inputs = {first}")
            first = "inputs"
        lines += [piece for line in self.lines for piece in laid(INDENT + line)]
        ends = f"[{ends}]" if "," in ends else ends
        model = f'keras.Model({first}, {ends}, name="{re.sub(r"[^A-Za-z0-9_]+", "_", plan.name)}")'
        freezing = frozen(plan.graph)
        returned = [f"model = {model}", *freezing, "return model"] if freezing else [f"return {model}"]
        lines += [piece for line in returned for piece in laid(INDENT + line)]
        return "\n".join(lines)

    def _known(self, extent: Any, fixed: set[str]) -> str:
        """An extent of an input: None where it is free; a number where a weight has its size."""
        if isinstance(extent, int):
            return str(extent)
        return str(int(extent.at(self.plan.values))) if extent.symbols & fixed else "None"

    # statements -----------------------------------------------------------------------------------------------

    def _statement(self, at: int, statement: Statement) -> None:
        flag = self.template.flags.get(statement.name)
        if statement.run is not None:
            self._run(at, statement)
            return
        if statement.share or statement.name in self.lent:
            call = self._lent(statement)
        else:
            call = self._call(statement, self._named(statement.name))
        stand = self.variables.of(self.template.skipped[statement.name]) if flag is not None else ""
        if flag is None and statement.reads and call == self.variables.of(statement.reads[0]):
            self.variables.same(statement, statement.reads[0])
            return
        (*_, target) = targets = self.variables.give(at, statement)
        if flag is None:
            self.lines += apart(", ".join(targets), call)
            return
        if target != stand and re.search(rf"\b{target}\b", call):
            self.lines += [f"if {flag.text}:", f"    {target} = {call}", "else:", f"    {target} = {stand}"]
            return
        self.lines += [f"{target} = {stand}"] if target != stand else []
        self.lines += [f"if {flag.text}:", f"    {target} = {call}"]

    def _lent(self, statement: Statement) -> str:
        """A call of a layer or block whose weights are used more than once: it has a variable of its own."""
        owner = statement.share or statement.name
        variable = f"{owner.replace('.', '_')}_layer"
        reads = ", ".join(self.variables.of(ref) for ref in statement.reads)
        if not statement.share:
            self.lines.append(f"{variable} = {self._layer_alone(statement)}")
        elif statement.verb == "linear" and self._verb(owner) == "embedding":
            return f"{variable}({reads}, reverse=True)"
        elif statement.verb != self._verb(owner) or statement.told:
            raise Unwritable(f"the weights of {owner}, which is another kind of layer")
        return f"{variable}({reads})"

    def _verb(self, name: str) -> str:
        return next((each.verb for each in self.template.statements if each.name == name), "?")

    def _layer_alone(self, statement: Statement) -> str:
        """What makes a layer, or a block as a model of its own, without the call."""
        call = self._call(statement, self._named(statement.name))
        if statement.template is not None:
            name, _, rest = call.partition("(")
            if statement.told:
                raise Unwritable(f"{name} is shared, and is told sizes")
            return f"as_model({name}, {rest}"
        made, _, read = call.rpartition("(")
        if not made.startswith("layers.") or not made.endswith(")") or f"({read}" != f"({self._reads(statement)})":
            raise Unwritable(f"the weights of {statement.name}, shared")
        return made

    def _reads(self, statement: Statement) -> str:
        return ", ".join(self.variables.of(ref) for ref in statement.reads)

    def _named(self, name: str) -> str:
        name = name.replace(".", "_")
        return f'"{name}"' if self.whole else f'f"{{name}}_{name}"'

    def _call(self, statement: Statement, name: str) -> str:
        reads = [self.variables.of(ref) for ref in statement.reads]
        if statement.verb == ACTIVATION:
            row = self.template.rows[statement.name][KIND,]
            if row.text in self.template.params:
                return f"{row.text}({', '.join(reads)})"
            return f"{ACTIVATIONS[str(row.known[0])]}({', '.join(reads)})"
        if statement.template is not None:
            return self._block(statement, statement.template, reads, name)
        return write(self._layer(statement, self.variables.gathered(statement), name))

    def _block(self, statement: Statement, template: Template, reads: list[str], name: str) -> str:
        used = self.used[id(template)]
        told = [*reads, *(size.text(self._part) for size in statement.told)]
        for param in template.params:
            row = self.template.rows[statement.name].get((param,))
            text = row.text if row is not None else literal(statement.args[param])
            text = re.sub(r"'(\w+)'", lambda match: ACTIVATIONS.get(match[1], match[0]), text)
            if param in used and not (param in template.defaults and text == literal(template.defaults[param])):
                told.append(f"{param}={text}")
        told += [f"name={name}"] if "" in used else []
        return f"{self.names[id(template)]}({', '.join(told)})"

    def _layer(self, statement: Statement, reads: list[str], name: str) -> Layer:
        node = statement.node
        args = {key: self._text(statement, (key,), value) for key, value in statement.args.items()}
        op: Any = statement.op
        if statement.verb in {"chunk", "split"}:
            return Layer(statement.verb, args, None, len(node.shape), reads, (), name, node.facts.shapes)
        sides = self._sides(statement, args, len(node.facts.shapes[0]) - 2 if node.facts.shapes else 0)
        rank = len(node.facts.shapes[0]) if node.facts.shapes else 0
        layer = Layer(statement.verb, args, op.at(self.plan.values), rank, reads, sides, name, node.facts.shapes)
        return layer._replace(lends=statement.name in self.lent, first=next(iter(self.inputs), ""))

    def _sides(self, statement: Statement, args: dict[str, str], axes: int) -> list[tuple[str, str]]:
        value = statement.args.get("padding")
        if value is None or isinstance(value, str):
            return [("0", "0")] * axes
        if isinstance(value, tuple) and any(isinstance(each, tuple) for each in value):
            pairs = [
                (self._text(statement, ("padding", at, 0), each[0]), self._text(statement, ("padding", at, 1), each[1]))
                for at, each in enumerate(value)
            ]
            return pairs * axes if len(pairs) == 1 else pairs
        if isinstance(value, tuple):
            row = self.template.rows[statement.name].get(("padding",))
            if row is None:
                return [(self._text(statement, ("padding", at), each),) * 2 for at, each in enumerate(value)]
            text = row.text if row.text.isidentifier() else f"({row.text})"
            return [(f"{text}[{axis}]", f"{text}[{axis}]") for axis in range(len(value))]
        return [(args["padding"], args["padding"])] * axes

    def _text(self, statement: Statement, path: tuple[Any, ...], value: Any) -> str:
        if hasattr(value, "parts"):
            text: str = value.text(self._part)
            if statement.verb == "reshape":
                return "-1" if any(part.axis for part in value.parts()) else text
            if statement.verb != "expand" or any(part.axis for part in value.parts()):
                raise Unwritable("a size that depends on that of the input: Keras does not know it as it builds")
            return text
        row = self.template.rows[statement.name].get(path)
        if row is not None:
            return row.text
        if isinstance(value, tuple) and value[:1] == ("words",):
            return str(value[1])
        if isinstance(value, tuple | Sides):
            inner = ", ".join(self._text(statement, (*path, at), each) for at, each in enumerate(value))
            return f"({inner},)" if len(value) == 1 else f"({inner})"
        return literal(value)

    def _part(self, part: Part) -> str:
        return f"{self.variables.of(part.ref)}.shape[{part.axis}]"

    # copies in a row ------------------------------------------------------------------------------------------

    def _run(self, at: int, statement: Statement) -> None:
        run = statement.run
        assert run is not None  # noqa: S101 - the caller asked
        count = self.template.counts[statement.name].text
        start, kept = self.variables.looped(at, statement)
        for place, variable in start:
            if variable != self.variables.of(statement.reads[place]):
                self.lines.append(f"{variable} = {self.variables.of(statement.reads[place])}")
        outs = self.variables.turn(statement)
        number = "i" if run.first == 0 else f"i + {run.first}"
        base = f"{run.base}{'_' * run.listed}{{{number}}}".replace(".", "_")
        name = f'f"{base}"' if self.whole else f'f"{{name}}_{base}"'
        carried = dict(start)
        before = dict(self.variables.names)
        for place, ref in enumerate(statement.reads):
            if place in carried:
                self.variables.names[ref] = carried[place]
        call = self._call(statement, name)
        self.variables.names.update({ref: before[ref] for ref in statement.reads})
        self.lines += [f"{each} = []" for each in kept.values()]
        self.lines += [f"for i in range({count}):", f"    {', '.join(outs)} = {call}"]
        self.lines += [f"    {each}.append({outs[out]})" for out, each in kept.items()]
