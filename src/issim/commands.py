"""What `issim run`, `issim compare` and `issim survey` do, from settings to tables, figures and the closing words."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
from omegaconf import OmegaConf
from tqdm import tqdm

from issim import evidence, jit
from issim.analysis import effects, findings, importance, summary
from issim.analysis.resurvey import answers_of_run
from issim.analysis.survey import Comparison, as_text, resurvey, synthetic_answers
from issim.errors import InputError
from issim.plots import comparison as comparison_plot
from issim.plots import slides, style
from issim.plots import survey as survey_plot
from issim.population.options import PopulationOptions
from issim.runs import comparison, given, multirun, study
from issim.runs.job import Plan, plan
from issim.runs.own_data import public, recorded
from issim.runs.settings import Settings
from issim.store.folder import (
    CONFIG,
    FIGURES,
    MANIFEST,
    Results,
    add_files,
    check_writable,
    dated_folder,
    new_folder,
    write_json,
    write_table,
)
from issim.store.manifest import commit, manifest, version
from issim.store.record import record_of

#: The largest seed of the samples of a survey.
MAX_SEED = 2**62


def say(text: str) -> None:
    """Tell the person at the screen what is going on (on stderr, so that output can be piped)."""
    print(text, file=sys.stderr, flush=True)


def announce_compiling() -> None:
    """Say that the first run compiles; silent when the compiled rules are already there."""
    if words := jit.patience():
        say(words)


def run_command(overrides: Sequence[str], figures: bool = True) -> str:
    """Simulate, write the result folder, and return the closing words."""
    chosen = plan(overrides)
    check_writable(chosen.outputs)
    announce_compiling()
    return carried_out(chosen, overrides, figures)[0]


def multirun_command(overrides: Sequence[str], figures: bool = True) -> str:
    """Make a run of every combination of settings through Hydra's multirun, and return where the results are."""
    chosen = multirun.planned(overrides)
    check_writable(chosen.outputs)
    announce_compiling()

    def work(job: multirun.Job) -> None:
        print(f"Job {job.number}: {' '.join(job.words)}\n")
        print(carried_out(job.plan, job.words, figures)[0], end="\n\n", flush=True)

    folder = dated_folder(chosen.outputs / multirun.FOLDER)
    say(f"{chosen.n_jobs} jobs, one after the other unless the launcher does otherwise ...")
    multirun.launch(chosen, folder, work)
    return f"{chosen.n_jobs} jobs; results: {folder}"


def carried_out(chosen: Plan, overrides: Sequence[str], figures: bool) -> tuple[str, Path]:
    """Simulate one plan and write its result folder; the closing words, and where the folder is."""
    started = datetime.now(UTC)
    tables = simulated(chosen)
    settings = chosen.settings
    words = words_of_run(chosen, tables) + told_of_borders(settings, tables)
    words += given.words(settings, tables) + settings.words_of_posterior()
    config = OmegaConf.to_yaml(recorded(chosen.config))
    seeds = list(range(settings.run.seed, settings.run.seed + settings.run.n_seeds))
    command = shlex.join(["issim", "run", *public(overrides)])
    about = manifest(config, settings.origins, seeds, started, command) | settings.provenance_of_posterior()
    about |= {
        "region": settings.region.name,
        "policy": settings.policy.name,
        "question": settings.policy.question,
    }
    with new_folder(chosen.outputs, f"{settings.region.name}_{settings.policy.name}") as draft:
        write_results(draft.path, tables, config, words, about)
        given.write(settings, tables, draft.path)
        pd.DataFrame(summary.summary(tables["series"])).to_csv(draft.path / "summary.csv", index=False)
        write_robustness(tables, draft.path)
        if figures:
            say("Drawing ...")
            slides.draw(tables, draft.path / FIGURES, settings.region.name, version())
    return f"{words}\n\nResults, tables and figures: {draft.path}", draft.path


def told_of_borders(settings: Settings, tables: Mapping[str, pd.DataFrame]) -> str:
    """What to add to the closing words of a world with borders; nothing for any other."""
    return f"\n{summary.across_borders(tables['structure'])}" if settings.borders else ""


def write_results(
    folder: Path, tables: Mapping[str, pd.DataFrame], config: str, words: str, about: Mapping[str, object]
) -> None:
    """Write what every result folder has: tables, configuration, closing words, manifest."""
    for name, table in tables.items():
        write_table(folder, name, table, about)
    (folder / CONFIG).write_text(config, encoding="utf-8")
    (folder / "summary.txt").write_text(words + "\n", encoding="utf-8")
    write_json(folder / MANIFEST, about)


def simulated(chosen: Plan) -> dict[str, pd.DataFrame]:
    """All runs of a plan as tables, with a progress bar."""
    settings = chosen.settings
    with tqdm(total=settings.run.n_seeds, desc="runs", unit="seed", disable=None, leave=False) as bar:
        found = list(study.parts(settings, bar.update))
    return with_draw_effects(study.tables(settings, found))


def with_draw_effects(tables: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The tables with what policies change in every draw of the assumptions, in place of its months."""
    kept = {name: table for name, table in tables.items() if name != "draw_series"}
    if "draw_series" not in tables:
        return kept
    return kept | {"draw_effects": importance.draw_effects(tables["draw_series"])}


def words_of_run(chosen: Plan, tables: dict[str, pd.DataFrame]) -> str:
    """What `issim run` closes with: the table in words, and how much the assumptions matter."""
    settings = chosen.settings
    words = summary.as_text(
        tables["series"], settings.region.name, settings.policy.question, tables["levers"]
    )
    return "\n".join([words, *["", *lines]] if (lines := findings.assumption_lines(tables)) else [words])


def compare_command(overrides: Sequence[str], figures: bool = True) -> str:
    """Run several policies on the same worlds and luck, write the result folder, and return the closing words."""
    started = datetime.now(UTC)
    chosen = comparison.arms(overrides)
    check_writable(chosen.outputs)
    announce_compiling()
    settings = chosen.settings
    with tqdm(total=settings.run.n_seeds, desc="seeds", unit="seed", disable=None, leave=False) as bar:
        tables = with_draw_effects(comparison.tables(chosen, list(comparison.outcomes(chosen, bar.update))))
    words = findings.as_text(tables, settings.region.name) + told_of_borders(settings, tables)
    words += given.words(settings, tables) + settings.words_of_posterior()
    seeds = list(range(settings.run.seed, settings.run.seed + settings.run.n_seeds))
    command = shlex.join(["issim", "compare", *public(overrides)])
    about = manifest(chosen.config, settings.origins, seeds, started, command)
    about |= settings.provenance_of_posterior()
    about |= {"region": settings.region.name, "policies": [policy.name for policy in chosen.policies]}
    about["question"] = "Which of these policies brings most, for whom, at what cost?"
    with new_folder(chosen.outputs, f"{settings.region.name}_compare") as draft:
        write_results(draft.path, tables, chosen.config, words, about)
        given.write(settings, tables, draft.path)
        found = write_findings(tables, draft.path)
        write_robustness(tables, draft.path)
        if figures:
            about_figure = slides.provenance(tables, settings.region.name, version())
            style.save(comparison_plot.figure(found, about_figure), draft.path / FIGURES, "comparison")
    return f"{words}\n\nResults and tables: {draft.path}"


def write_findings(tables: dict[str, pd.DataFrame], folder: Path) -> Sequence[effects.Effect]:
    """Write what a comparison finds as CSV, one file per kind of finding; returns the effects."""
    found = effects.effects(tables["series"])
    listed: dict[str, Sequence[tuple[object, ...]]] = {
        "summary": summary.summary(tables["series"]),
        "effects": found,
        "gainers": effects.gainers(tables["series"], tables["groups"]),
        "brakes": effects.brakes(tables["barriers"]),
    }
    for name, rows in listed.items():
        pd.DataFrame(list(rows)).to_csv(folder / f"{name}.csv", index=False)
    return found


def write_robustness(tables: dict[str, pd.DataFrame], folder: Path) -> None:
    """Write as CSV how far effects hold when assumptions vary, and which of these matter; nothing if none was drawn."""
    if "draw_effects" not in tables:
        return
    drawn, first = tables["draw_effects"], str(tables["series"]["policy"].iloc[0])
    robust = importance.robustness(tables["series"], drawn, importance.base_of(tables["assumptions"]))
    found = importance.importance(tables["draws"], drawn, tables["levers"], first)
    for name, rows, head in (
        ("robustness", robust, importance.Robust),
        ("importance", found, importance.Influence),
    ):
        pd.DataFrame(list(rows), columns=list(head._fields)).to_csv(folder / f"{name}.csv", index=False)


def survey_command(
    run: Path | None, month: int | None, policy: str | None, n_surveys: int, seed: int, outputs: Path
) -> str:
    """Re-run the survey; returns the table in words and the path of its figure."""
    if not 1 <= n_surveys <= 1_000_000:
        raise InputError(f"--surveys = {n_surveys} is outside [1, 1000000]; 2000 is what the report needs.")
    if not 0 <= seed <= MAX_SEED:
        raise InputError(f"--seed = {seed} is outside [0, {MAX_SEED}]; choose a whole number in that range.")
    check_writable(outputs)
    started = datetime.now(UTC)
    known = evidence.load()
    if run is None:
        if month is not None or policy is not None:
            raise InputError("--month and --policy say which state of a run to ask; add --run PATH.")
        answers, label = synthetic_answers(known, PopulationOptions(), seed=seed), "survey"
    else:
        results = Results(run)
        answers, label = answers_of_run(known, results, month, policy), f"survey_{results.path.name}"
    table = resurvey(known, answers, n_surveys=n_surveys, seed=seed)
    said = {"--run": run, "--month": month, "--policy": policy, "--surveys": n_surveys, "--seed": seed}
    words = [word for key, value in said.items() if value is not None for word in (key, str(value))]
    command = shlex.join(["issim", "survey", *words])
    about = manifest("", known.hashes, [seed], started, command)
    return f"{as_text(table)}\n\nFigure and table: {survey_folder(table, outputs, label, about)}"


def survey_folder(
    table: Sequence[Comparison], outputs: Path, label: str, about: Mapping[str, object]
) -> Path:
    """Write the comparison as CSV and as a figure into a dated folder."""
    with new_folder(outputs, label) as draft:
        pd.DataFrame(table).to_csv(draft.path / "survey.csv", index=False)
        style.save(survey_plot.figure(table), draft.path, "survey")
        write_json(draft.path / MANIFEST, about)
    return draft.path


def report_command(path: Path) -> str:
    """Write the report of a result folder into it: one HTML file, and its tables as CSV."""
    from issim.report.needed import check
    from issim.report.page import as_csv, contents, page

    results = Results(path)
    check(results)
    html = page(results)
    folder = results.path / "report"
    try:
        folder.mkdir(exist_ok=True)
        tables = contents(results)
        for table in tables:
            (folder / f"{table.name}.csv").write_text(as_csv(table), encoding="utf-8")
        (folder / "report.html").write_text(html, encoding="utf-8")
        names = [f"report/{name}" for name in ("report.html", *(f"{table.name}.csv" for table in tables))]
        drawn = f"issim report, {version()} {commit()}".strip()
        add_files(results.path, names, {**record_of(results.manifest), "drawn": drawn})
    except OSError as error:
        raise InputError(
            f"'{folder}' cannot be written ({error.strerror}); copy the result folder to where you may write."
        ) from None
    return f"Report: {folder / 'report.html'}"
