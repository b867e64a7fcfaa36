"""An edit anywhere in what is compiled gets another cache folder, so that no old rule is ever run."""

import shutil
import subprocess
import sys

import pytest

from issim import jit


@pytest.fixture
def package(tmp_path):
    """A copy of the package's sources."""
    return shutil.copytree(
        jit.PACKAGE, tmp_path / "issim", ignore=shutil.ignore_patterns("__pycache__", "data")
    )


def test_an_unchanged_copy_has_the_same_hash(package):
    assert jit.sources_hash(package) == jit.sources_hash()
    assert jit.cache_folder().name == f"rules-{jit.sources_hash()}"


@pytest.mark.parametrize(
    "file", ["rules/hazard.py", "rules/month.py", "draws.py", "jit.py", "world/state.py", "world/peers.py"]
)
def test_an_edit_in_any_compiled_source_changes_the_folder(package, file):
    before = jit.sources_hash(package)
    path = package / file
    path.write_text(path.read_text() + "\n# edited\n")
    assert jit.sources_hash(package) != before


def test_a_file_that_is_added_renamed_or_removed_changes_the_folder(package):
    seen = [jit.sources_hash(package)]
    (package / "rules" / "new.py").write_text("")
    seen.append(jit.sources_hash(package))
    (package / "rules" / "new.py").rename(package / "rules" / "newer.py")
    seen.append(jit.sources_hash(package))
    (package / "rules" / "hazard.py").unlink()
    seen.append(jit.sources_hash(package))
    assert len(set(seen)) == 4


def test_what_is_not_compiled_does_not_matter(package):
    before = jit.sources_hash(package)
    (package / "errors.py").write_text((package / "errors.py").read_text() + "\n# edited\n")
    assert jit.sources_hash(package) == before


def test_every_file_with_a_compiled_function_is_hashed():
    hashed = {path for pattern in jit.COMPILED for path in jit.PACKAGE.glob(pattern)}
    marks = ("@rule", "@process", "njit", "from issim.jit import")
    compiled = {path for path in jit.PACKAGE.rglob("*.py") if any(mark in path.read_text() for mark in marks)}
    asks_only = {
        path for path in compiled if "@rule" not in path.read_text() and "@process" not in path.read_text()
    }
    assert compiled - asks_only <= hashed


def test_an_edited_helper_is_what_runs(package, tmp_path):
    """The trap itself: a rule that calls a rule of another file, edited between two processes."""
    call = (
        "from issim.rules.behaviour import Behaviour; from issim.rules.decide import lead_time; "
        "slow = Behaviour(lead_time=9.0, lead_spread=0.6).record(); "
        "print(lead_time((0.5, 0.5, 0.6065306597126334, 1e-16), 1.0, slow))"
    )
    env = {
        "PYTHONPATH": str(tmp_path),
        "ISSIM_CACHE_DIR": str(tmp_path / "cache"),
        "PATH": "",
        "HOME": str(tmp_path),
    }

    def answer():
        done = subprocess.run(
            [sys.executable, "-c", call], env=env, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    assert answer() == "17"  # 9 * exp(0.6) = 16.4
    path, drawn = package / "draws.py", "return math.sqrt(-2.0 * log(u)) * circle(v)[0]"
    text = path.read_text()
    assert drawn in text
    path.write_text(text.replace(drawn, "return 0.0 * u * v"))
    assert answer() == "9"
    assert len(list((tmp_path / "cache").glob("rules-*"))) == 2
