"""Files of other worlds, broken at random: what is found is told, and nothing else is raised.

Some of each kind by default; `CNNPLAN_MUTATIONS=3000 pytest tests/translation/test_mutations.py` makes more.
"""

from __future__ import annotations

import io
import json
import os
import random
import zipfile
from pathlib import Path

import pytest
import yaml

from cnnplan.errors import CnnplanError
from cnnplan.plan import plan_spec
from cnnplan.rules import check
from cnnplan.translation import load_spec
from tests.translation.darknet import networks
from tests.translation.nnunet.test_nnunet import PLANS

HERE = Path(__file__).parent
MANY = int(os.environ.get("CNNPLAN_MUTATIONS", "40"))
KERAS = json.loads((HERE / "keras" / "measured.json").read_text(encoding="utf-8"))["models"]
YOLO = sorted((HERE / "ultralytics" / "files").glob("*.yaml"))
FACE = {"model_type": "resnet", "architectures": ["ResNetModel"], "depths": [1, 2], "hidden_sizes": [8, 16]}

STRANGE = (
    *(None, True, 0, 1, -1, 3, 7, 10**9, -(10**9), 10**40, 0.5, -0.0, 1e308, float("inf"), float("nan")),
    *(
        "",
        "0",
        "nc",
        "nn.ReLU()",
        "__import__('os').system('x')",
        "x" * 5000,
        "None",
        "same",
        "../../x",
        "\u0000",
        "{{",
    ),
    *([], {}, [[]], [None], [1, 2, 3], [-1, 0], {"a": 1}, {"class_name": "Functional", "config": {}}, [[[[1]]]]),
)

SCRAPS = (b"[", b"{", b"\n", b"- ", b": ", b"&a ", b"*a", b"!!python/x ", b"99999999999", b"=")


def mutated(data, rng):
    """The data with something of it replaced, taken out, doubled, moved or called otherwise."""
    data = json.loads(json.dumps(data))
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        places = list(spots(data))
        if not places:
            return data
        holder, key = rng.choice(places)
        way = rng.randrange(5)
        if way == 0:
            del holder[key]
        elif way == 1 and isinstance(holder, list):
            holder.insert(key, holder[key])
        elif way == 2 and isinstance(holder, dict):
            holder[f"{key}x"] = holder.pop(key)
        elif way == 3:
            other, name = rng.choice(places)
            holder[key] = json.loads(json.dumps(other[name])) if name in other or isinstance(other, list) else None
        else:
            holder[key] = rng.choice(STRANGE)
    return data


def spots(data):
    """The places of values, deep ones too."""
    stack = [data]
    while stack:
        item = stack.pop()
        pairs = item.items() if isinstance(item, dict) else enumerate(item) if isinstance(item, list) else ()
        for key, value in pairs:
            yield item, key
            stack.append(value)


def scratched(text, rng):
    """Bytes that were turned, lost, or put where they are not wanted."""
    data = bytearray(text if isinstance(text, bytes) else text.encode())
    for _ in range(rng.choice((1, 3, 20))):
        at = rng.randrange(len(data) + 1)
        way = rng.randrange(4)
        if way == 0:
            data[at : at + 1] = bytes([rng.randrange(256)])
        elif way == 1:
            del data[at : at + rng.choice((1, 5, 400))]
        elif way == 2:
            data[at:at] = rng.choice(SCRAPS)
        else:
            other = rng.randrange(len(data) + 1)
            data[at:at] = data[other : other + 30]
    return bytes(data)


def of_keras(rng):
    config = rng.choice(list(KERAS.values()))["config"]
    text = json.dumps(mutated(config, rng)) if rng.random() < 0.8 else scratched(json.dumps(config), rng)
    return "net.json", text


def of_a_zip(rng):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", rng.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))) as file:
        file.writestr("metadata.json", "{}")
        file.writestr("config.json", json.dumps(mutated(KERAS["nested"]["config"], rng)))
    return "net.keras", scratched(archive.getvalue(), rng)


def of_darknet(rng):
    text = rng.choice((networks.yolov3_tiny, networks.yolov4_tiny, networks.alexnet, networks.resnet50))()
    lines = text.splitlines()
    for _ in range(rng.choice((0, 1, 3))):
        at = rng.randrange(len(lines))
        key = lines[at].partition("=")[0]
        value = rng.choice(STRANGE)
        lines[at] = rng.choice((f"{key}={value}", lines[rng.randrange(len(lines))], f"{key}=-7", "[route]"))
    text = "\n".join(lines)
    return "net.cfg", text if rng.random() < 0.6 else scratched(text, rng)


def of_nnunet(rng):
    return "plans.json", json.dumps(mutated(PLANS, rng)) if rng.random() < 0.9 else scratched(json.dumps(PLANS), rng)


def of_ultralytics(rng):
    text = rng.choice(YOLO).read_text(encoding="utf-8")
    if rng.random() < 0.3:
        return "net.yaml", scratched(text, rng)
    data = mutated(yaml.safe_load(text), rng)
    return "net.yaml", yaml.safe_dump(data, default_flow_style=None, allow_unicode=True)


def of_hugging_face(rng):
    return "config.json", json.dumps(mutated(FACE, rng)) if rng.random() < 0.9 else scratched(json.dumps(FACE), rng)


KINDS = (of_keras, of_a_zip, of_darknet, of_nnunet, of_ultralytics, of_hugging_face)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_broken_is_told(tmp_path, kind):
    for number in range(MANY):
        name, text = kind(random.Random(f"{kind.__name__} {number}"))  # noqa: S311 - not for secrets
        file = tmp_path / name
        file.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))
        for asked in (check, load):
            try:
                asked(file)
            except CnnplanError:
                pass
            except Exception as error:
                error.add_note(f"{kind.__name__} {number}")
                raise


def load(file):
    """Its plan, with numbers where it has them."""
    plan_spec(load_spec(file)).at()
