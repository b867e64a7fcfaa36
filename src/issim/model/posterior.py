"""The posterior: constants of behaviour that agree with what programmes achieved, as a file of equally likely draws.

The file is CSV below lines that begin with `#` and say where it comes from. A run of seed s takes draw s (modulo the
number of draws, which stand in random order), so that all policies of one seed share their constants.
"""

from __future__ import annotations

import csv
import dataclasses
import hashlib
import io
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from issim.errors import InputError
from issim.rules.behaviour import NAMES, Behaviour
from issim.units import parameters_of, range_errors

#: What a configuration names the posterior that comes with the package, and where that is.
PACKAGED = "packaged"
FILE = Path(__file__).resolve().parent / "posterior.csv"
#: The run that tells whether rules have moved: firms so busy that everything happens soon.
PROBE_FIRMS, PROBE_MONTHS = 400, 60
PROBE = Behaviour(
    outside_influence=0.03, word_of_mouth=0.05, contagion=0.2, search_rate=0.3, contact_rate=1.0, decision_rate=0.8,
    worthwhile=20.0, paperwork=100.0, lead_time=3.0, start_share=0.2, start_searching=0.5, closure=0.01,
    interruption=0.1, distrust_end=0.03, rest=3.0,
)  # fmt: skip
#: Tables of evidence that decide what the targets are and what a world is.
TABLES = (
    "arrangements.csv", "assumptions.csv", "barriers.csv", "digital.csv", "exchanges.csv", "firms.csv", "prices.csv",
    "survey.csv", "targets.csv", "taxes.csv",
)  # fmt: skip
MARK = "# "


@dataclass(frozen=True, eq=False)
class Posterior:
    """Draws of constants of behaviour, and where they come from."""

    name: str
    """`packaged`, or the path of the file."""
    about: Mapping[str, str]
    """What the head of the file says: version, rules, evidence, command, seed, effective sample size, ..."""
    names: tuple[str, ...]
    values: NDArray[np.float64]
    """One row per draw, one column per constant, (n_draws, n_names)."""
    digest: str
    """SHA-256 of the file."""

    @property
    def shown(self) -> str:
        """Its name within a sentence: a file of the user's own without the path to it."""
        return self.name if self.name == PACKAGED else f"'{Path(self.name).name}'"

    @cached_property
    def middle(self) -> dict[str, float]:
        """The median of every constant."""
        return dict(zip(self.names, np.median(self.values, axis=0).tolist(), strict=True))

    def draw(self, seed: int, names: Collection[str] | None = None) -> dict[str, float]:
        """The constants of one seed, all or those of some names."""
        row = self.values[seed % len(self.values)]
        return {
            name: float(value)
            for name, value in zip(self.names, row, strict=True)
            if names is None or name in names
        }

    def behaviour(
        self, seed: int, base: Behaviour | None = None, names: Collection[str] | None = None
    ) -> Behaviour:
        """`base` (the default constants) with those of one seed in place of its own."""
        return dataclasses.replace(base or Behaviour(), **self.draw(seed, names))

    def stale(self, evidence: Mapping[str, str]) -> str:
        """One sentence if it was made with other rules or other evidence than what is at hand; else nothing."""
        differs = [
            what
            for what, here in (("rules", rules_digest()), ("evidence", evidence_digest(evidence)))
            if self.about.get(what) != here
        ]
        if not differs:
            return ""
        return (
            f"The {self.shown} posterior was made with other {' and other '.join(differs)} than this run "
            f"(issim {self.about.get('issim', 'unknown')}, commit {self.about.get('commit') or 'unknown'}); "
            "`issim calibrate` makes it anew."
        )

    def told(self, n_drawn: int, evidence: Mapping[str, str]) -> list[str]:
        """What intervals over seeds then mean, in words, and whether the posterior is out of date."""
        number = "one constant" if n_drawn == 1 else f"{n_drawn} constants"
        words = (
            f"Every run draws {number} of behaviour from the {self.shown} posterior, the same under all policies of a "
            "seed: the intervals over runs carry what programmes leave unknown about them as well as chance."
        )
        return [words, *([stale] if (stale := self.stale(evidence)) else [])]

    def provenance(self) -> dict[str, object]:
        """What a manifest says about it."""
        return {"name": self.shown, "sha256": self.digest, "draws": len(self.values), **self.about}


def drawable() -> tuple[str, ...]:
    """Constants that have a prior, and so can have a posterior."""
    return tuple(
        p.name.removeprefix("behaviour.") for p in parameters_of(Behaviour(), "behaviour") if p.par.prior
    )


def load(name: str = PACKAGED) -> Posterior:
    """The packaged posterior, or that of a file (or of a folder of `issim calibrate`) by its path."""
    path = FILE if name == PACKAGED else Path(name)
    path = path / FILE.name if path.is_dir() else path
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(
            f"behaviour.posterior = {name} cannot be read ({error.strerror}); write {PACKAGED}, or the path that "
            "`issim calibrate` printed."
        ) from None
    return _read(name, content)


@lru_cache(maxsize=8)
def _read(name: str, content: bytes) -> Posterior:
    """A posterior out of the content of its file; what is no posterior is an InputError."""
    try:
        lines = content.decode("utf-8").splitlines()
        about = dict(_about(lines))
        rows = list(csv.reader(line for line in lines if not line.startswith("#")))
        values = np.array(rows[1:], np.float64)
    except (UnicodeDecodeError, ValueError, csv.Error, IndexError):
        raise InputError(
            f"behaviour.posterior = {name} is no posterior; write one by `issim calibrate`."
        ) from None
    names = tuple(rows[0]) if rows else ()
    if not names or values.ndim != 2 or values.shape[1] != len(names) or not np.isfinite(values).all():
        raise InputError(f"behaviour.posterior = {name} is no posterior; write one by `issim calibrate`.")
    for unknown in set(names) - set(NAMES):
        raise InputError(
            f"behaviour.posterior = {name} has the column '{unknown}', which is no constant of behaviour; make it anew "
            "by `issim calibrate`."
        )
    found = Posterior(name, about, names, values, hashlib.sha256(content).hexdigest())
    for row in (values.min(axis=0), values.max(axis=0)):
        for error in range_errors(Behaviour(**dict(zip(names, row.tolist(), strict=True))), "behaviour"):
            raise InputError(f"behaviour.posterior = {name}: {error}")
    values.setflags(write=False)
    return found


def _about(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    """What the head of the file says, as `key: text`."""
    for line in lines:
        if line.startswith(MARK):
            key, _, text = line.removeprefix(MARK).partition(": ")
            yield key, text


def as_csv(names: Sequence[str], values: NDArray[np.float64], about: Mapping[str, object]) -> str:
    """A posterior as its file holds it; five digits are far finer than what is known."""
    out = io.StringIO()
    for key, text in about.items():
        out.write(f"{MARK}{key}: {str(text).replace(chr(10), ' ')}\n")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([[f"{value:.5g}" for value in row] for row in values.tolist()])
    return out.getvalue()


@lru_cache(maxsize=1)
def rules_digest() -> str:
    """Fingerprint of what the rules and the world do (16 hex digits): six digits of every number of a small busy run.

    It changes when a number of the model changes, and not when its text does.
    """
    from issim.evidence.catalogue import load as load_evidence
    from issim.levers import policy
    from issim.model.simulate import simulate
    from issim.world.build import build
    from issim.world.region import Region

    world = build(load_evidence(), [Region(n_firms=PROBE_FIRMS)], seed=1)
    terms = policy.conditions(policy.load("action_plan"), world, PROBE_MONTHS)
    series = simulate(world, terms, PROBE, seed=1, n_months=PROBE_MONTHS).series
    text = "\n".join(f"{value:.6g}" for value in series.ravel().tolist())
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def evidence_digest(hashes: Mapping[str, str]) -> str:
    """Hash of the tables of evidence that decide targets and worlds (16 hex digits)."""
    text = "\n".join(f"{name} {hashes[name]}" for name in TABLES)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
