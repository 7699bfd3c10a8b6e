"""The JSON Schema of the language."""

import json
import shutil
import subprocess
from fractions import Fraction
from pathlib import Path

import pytest
from jsonschema import Draft7Validator

from cnnplan.ops import OPERATORS
from cnnplan.spec.schema import json_schema
from cnnplan.spec.source import Source
from cnnplan.spec.words import KEYWORDS, LATE_KEYWORDS

SPECS = sorted((Path(__file__).parents[2] / "specs").rglob("*.yaml"))
SCHEMA = json_schema()


def plain(data):
    """Data as JSON has them."""
    if isinstance(data, dict):
        return {key: plain(value) for key, value in data.items()}
    if isinstance(data, list):
        return [plain(item) for item in data]
    return float(data) if isinstance(data, Fraction) else data


def complaints(text):
    return list(Draft7Validator(SCHEMA).iter_errors(plain(Source("net.yaml", text).data)))


def test_it_is_a_json_schema():
    Draft7Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("file", SPECS, ids=lambda file: file.stem)
def test_our_own_specs_are_valid(file):
    assert complaints(file.read_text(encoding="utf-8")) == []


HEAD = "cnnplan: 1\ninput: [1, 3, H, 28]\nlayers:\n- "
GOOD = [
    "relu",
    "some_block: {width: 3}",
    "conv: {out_channels: 4 * width, kernel_size: [3, k], padding: same}",
    "{relu: , name: act, from: [a, b], repeat: {i: 3}, when: i > 0, share: true}",
    "branches: {join: {concat: {dim: 2}}, paths: [[], [relu], {layers: [], when: false}]}",
    "branches: {join: none, paths: [{repeat: {i: 3}, from: 'xs[i]', layers: []}]}",
    "sequence: [relu, {conv: {out_channels: 3, kernel_size: 1}}]",
]
BAD = [
    "conv: {out_chanels: 8, kernel_size: 3}",
    "conv: {out_channels: 8}",
    "conv: {out_channels: 8, kernel_size: 0}",
    "conv: {out_channels: 8, kernel_size: [3, 0]}",
    "conv: {out_channels: 8, kernel_size: 3, bias: 7}",
    "{relu: , name: 2nd}",
    "{relu: , repeat: {i: 1, j: 2}}",
    "branches: {pahts: []}",
    "17",
    "relu: 3",
    "relu: {slope: 0.1}",
]


@pytest.mark.parametrize("entry", GOOD)
def test_legal_entries(entry):
    assert complaints(HEAD + entry) == []


@pytest.mark.parametrize("entry", BAD)
def test_illegal_entries(entry):
    assert complaints(HEAD + entry)


@pytest.mark.parametrize(
    ("text", "legal"),
    [
        ("cnnplan: 1\nblocks: {a: {layers: []}}", True),
        ("cnnplan: 1\nblocks: {a: {layers: []}}\nname: x", False),
        ("cnnplan: 2\nblocks: {a: {layers: []}}", False),
        ("cnnplan: 1\nlayers: [relu]", False),
        ("cnnplan: 1\ninput: [1, 3]\ninputs: {a: [1, 3]}\nlayers: [relu]", False),
        ("cnnplan: 1\nsymbols: {H: {min: 1}}\ninputs: {a: [1, 3]}\nlayers: [relu]", True),
        ("cnnplan: 1\nsymbols: {H: {mni: 1}}\ninputs: {a: [1, 3]}\nlayers: [relu]", False),
        ("cnnplan: 1\nnmae: x\ninput: [1, 3]\nlayers: [relu]", False),
    ],
)
def test_documents(text, legal):
    assert (complaints(text) == []) is legal


def test_an_editor_is_told_of_every_operator_and_what_its_arguments_are_for():
    entry = SCHEMA["definitions"]["entry"]["anyOf"][1]["properties"]
    for verb, model in OPERATORS.items():
        assert entry[verb]["description"]
        arguments = SCHEMA["definitions"][f"op_{verb}"]["properties"]
        assert list(arguments) == list(model.model_fields)
        assert all(argument["description"] for argument in arguments.values()), verb


def test_what_an_editor_inserts_for_an_operator():
    """What yaml-language-server 1.25 was seen to insert: `conv: {out_channels: $1, kernel_size: $2}`, and `relu`."""
    entry = SCHEMA["definitions"]["entry"]["anyOf"]
    offered = {
        verb: told["defaultSnippets"][0]["body"]
        for verb, told in entry[1]["properties"].items()
        if "defaultSnippets" in told
    }
    bare = entry[0]["anyOf"][0]["enum"]
    assert offered["conv"] == "{out_channels: $1, kernel_size: $2}"
    assert offered["linear"] == "{out_features: $1}"
    assert offered["upsample"] == "{scale_factor: $1}"
    assert "relu" in bare
    assert {*offered, *bare} == set(OPERATORS)
    assert not {*offered} & {*bare}


def test_nothing_is_a_choice_between_a_reference_and_null():
    def parts(schema):
        if isinstance(schema, dict):
            yield schema
            schema = list(schema.values())
        for each in schema if isinstance(schema, list) else ():
            yield from parts(each)

    for part in parts(SCHEMA):
        choices = part.get("anyOf", ())
        assert not (len(choices) == 2 and {"type": "null"} in choices and any("$ref" in each for each in choices))


AJV = """
const Ajv = require('ajv'), schema = JSON.parse(require('fs').readFileSync(0));
const ajv = new Ajv({strict: true});
ajv.addVocabulary(['defaultSnippets', 'doNotSuggest']);
const legal = ajv.compile(schema.schema);
console.log(JSON.stringify(schema.documents.map(each => legal(each))));
"""


def test_ajv_takes_it_in_strict_mode():
    """Where node and ajv are there: NODE_PATH names the folder of modules."""
    node = shutil.which("node")
    if not node or subprocess.run([node, "-e", "require('ajv')"], capture_output=True, check=False).returncode:  # noqa: S603
        pytest.skip("there is no ajv")
    documents = [plain(Source(str(file), file.read_text(encoding="utf-8")).data) for file in SPECS]
    documents.append({"cnnplan": 1, "input": [1, 3], "layers": [{"conv": {"out_chanels": 3, "kernel_size": 3}}]})
    told = json.dumps({"schema": SCHEMA, "documents": documents})
    ran = subprocess.run([node, "-e", AJV], input=told, capture_output=True, text=True, check=True)  # noqa: S603
    assert json.loads(ran.stdout) == [True] * len(SPECS) + [False]


def keywords(schema):
    if isinstance(schema, dict):
        yield from (word for word in schema.get("enum", ()) if isinstance(word, str))
        for value in schema.values():
            yield from keywords(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from keywords(value)


def test_the_words_that_nothing_may_be_called_are_those_of_the_operators():
    known = {word for verb in OPERATORS for word in keywords(SCHEMA["definitions"][f"op_{verb}"])}
    assert known | {"required"} == KEYWORDS | LATE_KEYWORDS
