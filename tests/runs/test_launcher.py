"""Where a sweep is computed: what can be said of it, and every way to say it wrongly."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest
import yaml
from sentences import blemishes

from issim.errors import InputError
from issim.levers.catalogue import configs
from issim.runs.launcher import KINDS, Local, Slurm, built, chosen
from issim.runs.schema import groups
from issim.units import parameters_of


def refusal(*words: str) -> str:
    """The plain message with which words are refused."""
    with pytest.raises(InputError) as caught:
        chosen(words)
    assert not blemishes(str(caught.value))
    return str(caught.value)


def test_a_sweep_is_local_unless_told_otherwise_and_other_words_stay() -> None:
    assert chosen(["region=latvia", "seed=7"]) == (Local(), ["region=latvia", "seed=7"])
    assert chosen(["launcher=local", "seed=7"]) == (Local(), ["seed=7"])


def test_settings_arrive_with_their_types() -> None:
    found, rest = chosen(
        ["launcher=slurm", "region=norway", "launcher.partition=short", "launcher.timeout_min=20",
         "launcher.account=12345", "launcher.watch=false", "launcher.setup=['module load x','export A=${B}']",
         "launcher.sbatch.mail-type=END"]
    )  # fmt: skip
    assert rest == ["region=norway"]
    assert found == Slurm(partition="short", timeout_min=20, account="12345", watch=False,
                          setup=("module load x", "export A=${B}"), sbatch={"mail-type": "END"})  # fmt: skip


def test_a_site_has_a_file_of_its_own(tmp_path: Path) -> None:
    site = tmp_path / "site.yaml"
    site.write_text("kind: slurm\npartition: long\ncpus_per_task: 32\nsbatch: {wckey: mine}\n")
    found, _ = chosen([f"launcher={site}", "launcher.sbatch.mail-type=END"])
    assert found == Slurm(partition="long", cpus_per_task=32, sbatch={"wckey": "mine", "mail-type": "END"})
    site.write_text("kind: slurm\npartition: long\ncores: 32\n")
    assert "launcher key 'cores' is not known" in refusal(f"launcher={site}")


def test_what_the_guide_says_can_be_said() -> None:
    guide = (configs().parent / "docs" / "cluster.md").read_text(encoding="utf-8")
    (site,) = re.findall(r"```yaml\n(.*?)```", guide, re.DOTALL)
    assert isinstance(built(yaml.safe_load(site)), Slurm)
    named = set(re.findall(r"launcher\.(\w+)", guide)) - {"yaml"}
    assert named
    assert named <= {field.name for field in dataclasses.fields(Slurm)}


@pytest.mark.parametrize("name", groups()["launcher"])
def test_a_packaged_launcher_says_what_the_code_declares(name: str) -> None:
    said = yaml.safe_load((configs() / "launcher" / f"{name}.yaml").read_text(encoding="utf-8"))
    assert built(dict(said)) == KINDS[name]()
    assert list(said) == [field.name for field in dataclasses.fields(KINDS[name])]


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (("launcher=slrum",), "did you mean slurm?"),
        (("launcher=",), "known are: local, slurm"),
        (("launcher=slurm", "launcher.partitions=a"), "'partitions' is not known; did you mean partition?"),
        (("launcher.partition=a",), "add launcher=slurm"),
        (("launcher=local", "launcher.depth=3"), "'depth' is not known"),
        (("launcher=slurm", "launcher.timeout_min=soon"), "is not a whole number"),
        (("launcher=slurm", "launcher.timeout_min=20.5"), "is not a whole number"),
        (("launcher=slurm", "launcher.timeout_min=true"), "is not a whole number"),
        (("launcher=slurm", "launcher.watch=1"), "is not true or false"),
        (("launcher=slurm", "launcher.setup=module"), "is not a list of lines"),
        (("launcher=slurm", "launcher.setup=[1]"), "is not a list of lines"),
        (("launcher=slurm", "launcher.sbatch=x"), "is not a table"),
        (("launcher=slurm", "launcher.partition=[a]"), "is not a text"),
        (("launcher=slurm", "launcher.partition=a,b"), "cannot be read"),
        (("launcher=slurm", "~launcher.partition"), "cannot be read"),
        (("launcher=slurm", "launcher.setup=[a"), "cannot be read"),
        (("launcher=slurm", "launcher.kind=pbs"), "known are: local, slurm"),
        (("launcher=nowhere.yaml",), "cannot be read"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_refused(words: tuple[str, ...], wanted: str) -> None:
    assert wanted in refusal(*words)


@pytest.mark.parametrize("name", [name for name, _, _ in parameters_of(Slurm(), "launcher")])
def test_every_number_has_a_range(name: str) -> None:
    meta = {row.name: row.par for row in parameters_of(Slurm(), "launcher")}[name]
    for value in (meta.low - 1, meta.high + 1):
        said = refusal("launcher=slurm", f"{name}={value}")
        assert f"{name} = {value} {meta.unit} is outside [{meta.low}, {meta.high}]" in said


def test_all_faults_are_told_at_once() -> None:
    said = refusal("launcher=slurm", "launcher.timeout_min=1", "launcher.mem_gb=0")
    assert len(said.splitlines()) == 2
