"""Coverage-guided fuzzing: text -> spec -> plan -> every output format. Run by hand, not by pytest.

    pip install atheris
    python tests/fuzz/fuzz_check.py -max_total_time=1800 -timeout=5 -rss_limit_mb=1024 CORPUS_FOLDER

The folder is filled with the specs of the project when it is empty. What libFuzzer keeps as `crash-*`, `timeout-*` or
`oom-*` belongs, made small, into `tests/fuzz/regressions`; `test_regressions.py` runs that through the same `survives`.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

WORDS = """
cnnplan: name: description: symbols: input: inputs: blocks: layers: outputs: expect: include: dtype: args: required
branches: paths: join: sequence: from: repeat: when: share: ignore: default: min: max: multiple_of: choices: at: that:
conv: conv_transpose: max_pool: avg_pool: linear: batch_norm relu flatten add concat split: parameter: upsample:
out_channels: kernel_size: stride: padding: dilation: groups: bias: output_padding: ceil_mode: out_features: same
in_channels in_shape shape( make_divisible( floor( ceil( // ** == <= != and or not if else [N, 3, H, W] { } [ ]
10**60"""


def dictionary(file: Path) -> None:
    """The words of the language in the form that libFuzzer reads."""
    lines = (f'"{word}"' for word in WORDS.split() if '"' not in word)
    file.write_text("\n".join(lines) + "\n")


def main() -> None:
    """Fuzz until the time is up."""
    import atheris  # noqa: PLC0415

    with atheris.instrument_imports(include=["cnnplan"]):
        from survival import survives  # noqa: PLC0415
    from mutation import mutated  # noqa: PLC0415

    def once(data: bytes) -> None:
        survives(data)

    def mutate(data: bytes, most: int, seed: int) -> bytes:
        changed = mutated(data, seed) if seed % 3 else atheris.Mutate(data, most)
        return changed[:most]

    folders = [Path(argument) for argument in sys.argv[1:] if not argument.startswith("-")]
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
        if not any(folder.iterdir()):
            for spec in [*(ROOT / "specs").glob("*.yaml"), *(ROOT / "tests").rglob("*.yaml")]:
                (folder / f"{spec.parent.name}-{spec.name}").write_bytes(spec.read_bytes())
        dictionary(folder.parent / "words.dict")
        sys.argv.append(f"-dict={folder.parent / 'words.dict'}")
    atheris.Setup(sys.argv, once, custom_mutator=mutate)
    atheris.Fuzz()


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))
    main()
