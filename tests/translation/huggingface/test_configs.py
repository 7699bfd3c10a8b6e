"""Configs of Hugging Face: refused with the way without transformers, else as large as what transformers builds."""

from __future__ import annotations

import json
from importlib.util import find_spec

import pytest

from cnnplan.errors import SpecError
from cnnplan.plan import plan_spec
from cnnplan.translation import load_spec

FAMILIES = {
    "ResNet": "ResNetForImageClassification",
    "ConvNext": "ConvNextForImageClassification",
    "RegNet": "RegNetForImageClassification",
    "MobileNetV1": "MobileNetV1ForImageClassification",
    "Segformer": "SegformerForSemanticSegmentation",
    "PoolFormer": "PoolFormerForImageClassification",
    "Bit": "BitForImageClassification",
    "ViT": "ViTForImageClassification",
    "Swin": "SwinForImageClassification",
    "DeiT": "DeiTModel",
    "Levit": "LevitForImageClassificationWithTeacher",
}
HERE = find_spec("transformers") is not None and find_spec("torch") is not None


def written(folder, data):
    file = folder / "config.json"
    file.write_text(json.dumps(data), encoding="utf-8")
    return file


@pytest.mark.skipif(HERE, reason="it is read where transformers is installed")
def test_without_the_library_the_way_is_told(tmp_path):
    with pytest.raises(SpecError) as caught:
        load_spec(written(tmp_path, {"model_type": "resnet", "architectures": ["ResNetModel"]}))
    (finding,) = caught.value.findings
    assert finding.message.startswith("ResNetModel is built by the code of transformers")
    assert finding.hint.startswith("pip install transformers torch")


@pytest.mark.skipif(not HERE, reason="transformers builds it")
@pytest.mark.parametrize("family", FAMILIES)
def test_parameters_are_those_that_transformers_builds(tmp_path, family):
    import torch  # noqa: PLC0415 - an oracle that may be missing
    import transformers  # noqa: PLC0415

    config = getattr(transformers, f"{family}Config")()
    with torch.device("meta"):
        built = getattr(transformers, FAMILIES[family])(config)
    data = {**config.to_dict(), "architectures": [FAMILIES[family]]}
    plan = plan_spec(load_spec(written(tmp_path, data)))
    assert plan.params == sum(parameter.numel() for parameter in built.parameters())


@pytest.mark.skipif(not HERE, reason="transformers builds it")
def test_a_mask_that_only_training_reads_is_declared_and_not_reached(tmp_path):
    """Dinov2's mask token, of its 768 channels, stands in for patches that are hidden in training."""
    import transformers  # noqa: PLC0415 - an oracle that may be missing

    data = {**transformers.Dinov2Config().to_dict(), "architectures": ["Dinov2Model"]}
    plan = plan_spec(load_spec(written(tmp_path, data)))
    assert (plan.declared, plan.declared - plan.reached) == (85_725_696, 768)
    assert "not those of embeddings.mask_token" in str([each.message for each in plan.spec.remarks])


REFUSED = {
    "auto_map: the code of the model stands elsewhere": {"model_type": "resnet", "auto_map": {"AutoModel": "mine.Net"}},
    "hidden_sizes (=1,000,000,000) is more than": {"model_type": "resnet", "hidden_sizes": [10**9]},
    "transformers does not build it": {"model_type": "no such thing"},
    "reads no images": {"model_type": "bert", "architectures": ["BertModel"], "num_hidden_layers": 1},
}


@pytest.mark.skipif(not HERE, reason="transformers builds it")
@pytest.mark.parametrize("message", REFUSED)
def test_what_is_refused(tmp_path, message):
    with pytest.raises(SpecError) as caught:
        load_spec(written(tmp_path, REFUSED[message]))
    assert message in str(caught.value.findings[0])
