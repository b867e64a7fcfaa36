"""The README and the other documents: what they show is run, what they link to is there."""

from __future__ import annotations

import doctest
import re
import tomllib
from pathlib import Path

import pytest
import yaml
from docs import refresh

from issim.levers import policy
from issim.model import posterior
from issim.runs.job import plan

ROOT = refresh.ROOT
DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
LINK = re.compile(r"\]\(([^)#\s]+)\)")
#: Names in code spans that stand for files of this repository.
FILE = re.compile(
    r"(?:src|docs|tests|configs|experiments|notebooks)(?:/[\w./-]+)?|[\w-]+\.(?:txt|md|cff|toml|py)"
)
PYTHON = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)
YAML = re.compile(r"^```yaml\n(.*?)^```", re.DOTALL | re.MULTILINE)


def missing(document: Path, text: str) -> list[str]:
    """Links and named files of a document that do not exist."""
    links = [link for link in LINK.findall(text) if not link.startswith("http")]
    found = [link for link in links if not (document.parent / link).exists()]
    spans = [word for span in re.findall(r"`([^`\n]+)`", text) for word in span.split(" ")]
    return found + [word for word in spans if FILE.fullmatch(word) and not (ROOT / word).exists()]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_and_named_files_exist(document: Path) -> None:
    assert missing(document, document.read_text(encoding="utf-8")) == []


def test_a_broken_link_and_a_lost_file_are_found_out() -> None:
    text = (
        "See [this](docs/gone.md), `src/issim/lost.py` and `python tests/docs/gone.py`; not `outputs/FOLDER`."
    )
    assert missing(ROOT / "README.md", text) == ["docs/gone.md", "src/issim/lost.py", "tests/docs/gone.py"]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_documents_carry_no_machine_paths(document: Path) -> None:
    assert (
        re.findall(r"(?<![\w.])/(?:home|root|tmp|work|usr|Users)\b\S*", document.read_text(encoding="utf-8"))
        == []
    )


def test_python_examples_of_the_readme_do_what_they_show() -> None:
    blocks = PYTHON.findall(refresh.README.read_text(encoding="utf-8"))
    example = doctest.DocTestParser().get_doctest("".join(blocks), {}, "README.md", "README.md", 0)
    said: list[str] = []
    failed, tried = doctest.DocTestRunner().run(example, out=said.append)
    assert failed == 0, "".join(said)
    assert tried >= 10


def test_the_policy_file_of_the_readme_runs_as_it_stands(tmp_path: Path) -> None:
    text = refresh.README.read_text(encoding="utf-8")
    (block,) = YAML.findall(text)
    (name,) = re.findall(r"issim run policy=(\w+\.yaml)", text)
    path = tmp_path / name
    path.write_text(block)
    levers = {lever.name: lever for lever in plan([f"policy={path}"]).settings.policy.levers}
    said = yaml.safe_load(block)["levers"]
    assert list(levers) == list(said)
    assert levers["training"].capacity == 2 * policy.load("training").levers[0].capacity  # "twice as fast"
    assert levers["training"].sizes == ("micro", "small")


def test_the_readme_opens_with_the_question_the_picture_and_two_commands() -> None:
    text = refresh.README.read_text(encoding="utf-8")
    order = [
        "?",
        "docs/figures/adoption.png",
        "python3 do.py demo",
        "python3 do.py test",
        "issim run region=latvia",
    ]
    places = [text.index(part) for part in order]
    assert places == sorted(places)


def test_the_picture_is_small_and_wide() -> None:
    from PIL import Image

    assert refresh.PICTURE.stat().st_size < 300_000
    with Image.open(refresh.PICTURE) as picture:
        assert picture.width == refresh.WIDTH
        assert picture.width * 9 == picture.height * 16


@pytest.mark.slow
def test_the_table_of_the_readme_is_what_the_default_job_says() -> None:
    shown = dict(refresh.GENERATED.findall(refresh.README.read_text(encoding="utf-8")))
    words, _ = refresh.default_job()
    assert shown["results"] == refresh.results_block(words), "run: python tests/docs/refresh.py --results"


def test_the_changelog_has_the_version_and_known_types_only() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert re.findall(r"^## (\S+)", text, re.MULTILINE)[0] == version
    assert set(re.findall(r"^### (.+)$", text, re.MULTILINE)) <= {"Added", "Changed", "Fixed", "Results"}


def test_the_citation_names_the_version_and_the_licence() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert (cited["version"], cited["license"]) == (project["version"], project["license"])
    assert (ROOT / "LICENSE").read_text(encoding="utf-8").startswith("MIT License\n")


def test_the_page_on_calibration_tells_of_the_packaged_posterior() -> None:
    told = dict(refresh.GENERATED.findall(refresh.CALIBRATION.read_text(encoding="utf-8")))["calibration"]
    about = posterior.load().about
    assert f"{about['simulated'].split()[0]} draws of" in told
    assert f"effective sample size {about['ess']}." in told
    for key in about["targets"].split("; "):
        assert f"- {key}: " in told
