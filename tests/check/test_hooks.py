"""Hooks and the workflow of `explain ci`, as far as they go without a network: what they run is run."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.console import blocks

ROOT = Path(__file__).parents[2]
HOOKS = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
PAGE = (ROOT / "cnnplan" / "reference" / "pages" / "ci.md").read_text()
WORKFLOW, WITH_ACTION, GITLAB, PRE_COMMIT = map(yaml.safe_load, blocks(PAGE, "yml"))
ACTION = yaml.safe_load((ROOT / ".github" / "actions" / "check" / "action.yml").read_text())
STEPS = WORKFLOW["jobs"]["cnnplan"]["steps"]
KEYS = {"id", "name", "description", "entry", "args", "language", "types", "files", "pass_filenames", "require_serial"}

SPEC = "cnnplan: 1\ninput: [1, 3, 32, 48]\nlayers:\n  - conv: {out_channels: 24, kernel_size: 3}\n  - relu\n"
BROKEN = SPEC.replace("kernel_size: 3", "kernel_size: 33")


@pytest.fixture
def shell(tmp_path):
    """A clone of a repository with a spec, and a shell in it with `cnnplan` on the path."""
    bin_, origin, clone = (tmp_path / name for name in ("bin", "origin", "clone"))
    bin_.mkdir()
    (bin_ / "cnnplan").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m cnnplan "$@"\n')
    (bin_ / "cnnplan").chmod(0o755)
    environment = {
        **os.environ,
        "PATH": f"{bin_}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "GITHUB_BASE_REF": "main",
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
    }

    def run(command, cwd=clone):
        return subprocess.run(  # noqa: S603 - our own
            ["/bin/bash", "-eo", "pipefail", "-c", command],
            cwd=cwd,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    (origin / "specs").mkdir(parents=True)
    (origin / "specs/net.yaml").write_text(SPEC)
    name = "-c user.name=x -c user.email=x@example.org -c commit.gpgsign=false"
    made = run(f"git init -q -b main && git add . && git {name} commit -qm one && git clone -q . ../clone", origin)
    assert made.returncode == 0, made.stderr
    return run


def commands():
    return [step["run"] for step in STEPS if "run" in step and step["run"].startswith("cnnplan")]


def test_the_steps_of_the_workflow_pass_on_what_is_legal(shell, tmp_path):
    for command in commands():
        ran = shell(command)
        assert (ran.returncode, ran.stderr) == (0, ""), command
    assert "The same network." in (tmp_path / "summary.md").read_text()


def test_the_steps_of_the_workflow_fail_on_what_is_not(shell, tmp_path):
    (tmp_path / "clone/specs/net.yaml").write_text(BROKEN)
    check, sarif, *_ = commands()
    ran = shell(check)
    assert ran.returncode == 1
    assert ran.stdout.startswith("::error file=specs/net.yaml,line=4,col=43,")
    assert shell(sarif).returncode == 0
    assert '"uri": "specs/net.yaml"' in (tmp_path / "clone/cnnplan.sarif").read_text()


def test_the_last_step_of_the_workflow_holds_its_limit(shell, tmp_path):
    (tmp_path / "clone/specs/net.yaml").write_text(SPEC.replace("24", "40"))
    assert shell(commands()[-1]).returncode == 1
    assert shell(commands()[-2]).returncode == 0
    assert "| macs |" in (tmp_path / "summary.md").read_text()


def test_every_step_uses_something_or_runs_something():
    assert all(("uses" in step) != ("run" in step) for step in STEPS)


@pytest.mark.parametrize("hook", HOOKS, ids=[hook["id"] for hook in HOOKS])
def test_a_hook_runs_what_it_says(shell, tmp_path, hook):
    assert hook.keys() <= KEYS
    assert hook["language"] == "python"
    for file in ("specs/net.yaml", "models/specs/a/net.yml", "net.cnnplan.yaml", "models/net.cnnplan.yml"):
        assert re.search(hook["files"], file)
    for file in ("config.yaml", "myspecs/net.yaml", "cnnplan.yaml.txt"):
        assert not re.search(hook["files"], file)
    arguments = [*shlex.split(hook["entry"]), *hook.get("args", [])]
    changed = ["specs/net.yaml"] if hook.get("pass_filenames", True) else []
    command = shlex.join([*arguments, *changed])
    assert shell(command).returncode == 0
    (tmp_path / "clone/specs/net.yaml").write_text(BROKEN)
    assert shell(command).returncode == (0 if "--fix" in hook["entry"] else 1)
    mended = (tmp_path / "clone/specs/net.yaml").read_text()
    assert (mended != BROKEN) == ("--fix" in hook["entry"])  # pre-commit fails where a hook changes files


def test_the_readme_names_a_hook_that_is_there():
    named = {hook["id"] for repository in PRE_COMMIT["repos"] for hook in repository["hooks"]}
    assert set() < named <= {hook["id"] for hook in HOOKS}


def stepped(step, **given):
    """The command of a step of the action, with its inputs as variables, as a runner sets them."""
    inputs = {name: str(told["default"]) for name, told in ACTION["inputs"].items()} | given
    values = {
        name: inputs.get(match[1], "") if (match := re.fullmatch(r"\$\{\{ inputs\.([\w-]+) \}\}", text)) else ""
        for name, text in step.get("env", {}).items()
    }
    head = "".join(f"export {name}={shlex.quote(value)}\n" for name, value in values.items())
    return f"export RUNNER_TEMP=$(mktemp -d)\n{head}{step['run']}"


RUNS = {step["name"]: step for step in ACTION["runs"]["steps"] if "run" in step}


def test_the_action_checks_and_compares(shell, tmp_path):
    assert shell(stepped(RUNS["check"])).returncode == 0
    assert shell(stepped(RUNS["compare"])).returncode == 0
    assert "The same network." in (tmp_path / "summary.md").read_text()
    (tmp_path / "clone/specs/net.yaml").write_text(SPEC.replace("24", "40"))
    limit = {"fail-if": "macs > +5%"}
    assert shell(stepped(RUNS["compare"])).returncode == 0
    assert shell(stepped(RUNS["compare"], **limit)).returncode == 1
    assert "| macs |" in (tmp_path / "summary.md").read_text()


def test_the_action_fails_on_what_is_wrong_and_writes_sarif(shell, tmp_path):
    (tmp_path / "clone/specs/net.yaml").write_text(BROKEN)
    ran = shell(stepped(RUNS["check"], sarif="found.sarif"))
    assert ran.returncode == 1
    assert ran.stdout.startswith("::error file=specs/net.yaml,line=4,col=43,")
    assert '"fixes"' in (tmp_path / "clone/found.sarif").read_text()
    assert shell(stepped(RUNS["check"], **{"fail-on": "never"})).returncode == 0


def test_the_page_gives_the_action_inputs_that_it_has():
    (step,) = [each for each in WITH_ACTION["jobs"]["cnnplan"]["steps"] if "cnnplan" in each["uses"]]
    assert step["uses"].partition("/cnnplan/")[2].startswith(".github/actions/check@")
    assert step["with"].keys() <= ACTION["inputs"].keys()
    assert all(told["description"] for told in ACTION["inputs"].values())
    assert all(step.get("shell") == "bash" for step in RUNS.values())


def test_the_job_of_gitlab_writes_the_artifacts_that_it_names(shell, tmp_path):
    job = GITLAB["designs"]
    for command in job["script"][1:]:
        assert shell(command).returncode == 0
    for file in job["artifacts"]["reports"].values():
        assert (tmp_path / "clone" / file).read_text()


def test_folders_are_compared_without_their_blocks(shell, tmp_path):
    (tmp_path / "clone/specs/blocks.yaml").write_text("cnnplan: 1\nblocks:\n  act:\n    layers: [relu]\n")
    (tmp_path / "clone/specs/new.yaml").write_text(SPEC)
    ran = shell("cnnplan diff specs --against HEAD -f markdown")
    assert ran.returncode == 0
    assert ran.stdout.count("###") == 1
    assert "new.yaml: there is no such file at HEAD" in ran.stderr
