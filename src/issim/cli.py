"""One command, `issim`, with sub-commands. Heavy modules are imported only by the command that needs them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Sequence

from issim.errors import InputError
from issim.grammar import parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; 2 and one sentence per fault when the user gave something that cannot be used."""
    top = parser()
    given = top.parse_args(argv)
    commands: dict[str, Callable[[argparse.Namespace], int]] = {
        "run": _run,
        "compare": _compare,
        "sweep": _sweep,
        "sensitivity": _sensitivity,
        "calibrate": _calibrate,
        "survey": _survey,
        "validate": _validate,
        "report": _report,
        "provenance": _provenance,
        "animate": _animate,
        "app": _app,
        "lessons": _lessons,
        "results": _results,
        "template": _template,
        "check": _check,
        "evidence": _evidence,
        "parameters": _parameters,
        "levers": _levers,
    }
    if given.version:
        from issim.store.manifest import version

        print(f"issim {version()}")
        return 0
    if given.command is None:
        top.print_help()
        return 0
    try:
        return commands[given.command](given)
    except InputError as error:
        print(f"issim: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("issim: stopped; nothing was written.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 0


def _run(given: argparse.Namespace) -> int:
    from issim.commands import multirun_command, run_command

    if not given.multirun:
        print(run_command(given.overrides, figures=not given.no_figures))
        return 0
    try:
        print(multirun_command(given.overrides, figures=not given.no_figures))
    except KeyboardInterrupt:
        print("issim: stopped; the results of jobs that had ended are kept.", file=sys.stderr)
        return 130
    return 0


def _compare(given: argparse.Namespace) -> int:
    from issim.commands import compare_command

    print(compare_command(given.overrides, figures=not given.no_figures))
    return 0


def _sweep(given: argparse.Namespace) -> int:
    if not given.overrides:
        from issim.runs import studies

        print(_aligned([("study", "question"), *studies.listing()]))
        print(f"\nCarry one out by `issim sweep {studies.EXAMPLE}`; --dry-run says what it would take.")
        return 0
    from issim.sweeping import StoppedError, sweep_command

    try:
        print(sweep_command(given.overrides, dry_run=given.dry_run, figures=not given.no_figures))
    except StoppedError as stopped:
        print(f"issim: {stopped}", file=sys.stderr)
        return stopped.code
    return 0


def _sensitivity(given: argparse.Namespace) -> int:
    from issim.sensitivity import Asked, redraw, sensitivity_command
    from issim.sweeping import StoppedError

    if given.redraw is not None:
        print("\n".join(f"Figure: {path}" for path in redraw(given.redraw)))
        return 0
    only = tuple(word.strip() for word in given.only.split(",") if word.strip())
    asked = Asked(given.runs, given.width, given.most, given.decisions, only)
    try:
        print(sensitivity_command(given.overrides, asked, given.dry_run, not given.no_figures))
    except StoppedError as stopped:
        print(f"issim: {stopped}", file=sys.stderr)
        return stopped.code
    return 0


def _calibrate(given: argparse.Namespace) -> int:
    from issim.calibrating import Options, StoppedError, calibrate_command

    options = Options(given.draws, given.minutes, given.worlds, given.runs, given.quick, not given.no_figures)
    try:
        print(calibrate_command(given.overrides, options))
    except StoppedError as stopped:
        print(f"issim: {stopped}", file=sys.stderr)
        return 130
    return 0


def _survey(given: argparse.Namespace) -> int:
    from issim.commands import survey_command

    print(survey_command(given.run, given.month, given.policy, given.surveys, given.seed, given.out))
    return 0


def _validate(given: argparse.Namespace) -> int:
    from issim.validating import validate_command

    print(validate_command(given.words, prior=given.prior, figures=not given.no_figures))
    return 0


def _report(given: argparse.Namespace) -> int:
    from issim.commands import report_command

    print(report_command(given.path))
    return 0


def _provenance(given: argparse.Namespace) -> int:
    from issim.trace.command import provenance_command

    words, code = provenance_command(given.path, given.number, given.among, given.check, given.threads)
    print(words)
    return code


def _animate(given: argparse.Namespace) -> int:
    from issim.animating import animate_command

    print(animate_command(given.words, given.format, given.out))
    return 0


def _app(given: argparse.Namespace) -> int:
    if given.mesa:
        from issim.app.mesa_view import mesa_command as app_command
    else:
        from issim.app.launch import app_command

    print(app_command(given.host, given.port, browse=not given.no_browser))
    return 0


def _lessons(given: argparse.Namespace) -> int:
    from issim import lessons

    if given.folder is None:
        print(_aligned([lessons.Lesson._fields, *lessons.ladder()]))
        print("\n`issim lessons DIR` copies them out as notebooks.")
    else:
        print(lessons.copied(given.folder), flush=True)
        print(lessons.rehearsed())
    return 0


def _results(given: argparse.Namespace) -> int:
    from issim.store.status import status

    print("\n".join(status(given.path)))
    return 0


def _template(given: argparse.Namespace) -> int:
    from issim.own.template import template_command

    print(template_command(given.kind, given.out))
    return 0


def _check(given: argparse.Namespace) -> int:
    from issim.runs.own_check import check_command

    print(check_command(given.overrides))
    return 0


def _evidence(given: argparse.Namespace) -> int:
    from issim import evidence

    rows = (
        row
        for row in evidence.listing(evidence.load())
        if given.only in ("", row[0]) or row[1].startswith(given.only)
    )
    return _print(("table", "key", "value", "unit", "source", "confidence"), rows, given)


def _parameters(given: argparse.Namespace) -> int:
    from issim.runs.parameters import rows

    header = ("name", "value", "unit", "range", "prior", "meaning", "source")
    return _print(header, (row for row in rows() if row[0].startswith(given.only)), given)


def _levers(given: argparse.Namespace) -> int:
    from issim.levers import catalogue, policy

    if catalogue.is_path(given.only):
        return _print(catalogue.Row._fields, [catalogue.row(catalogue.lever(given.only))], given)
    rows = [tuple(row) for row in catalogue.listing() if row[0].startswith(given.only)]
    named = [row for row in policy.listing() if row[0].startswith(given.only)]
    if rows or not named:
        _print(catalogue.Row._fields, rows, given)
    if named and not (rows and given.csv):
        print(end="\n" if rows else "")
        _print(("policy", "question", "levers"), named, given)
    return 0


def _print(header: Sequence[str], rows: Iterable[Sequence[object]], given: argparse.Namespace) -> int:
    """Print rows as an aligned table, or as CSV; InputError when a name matched nothing."""
    found = [tuple(str(cell) for cell in row) for row in rows]
    if not found:
        raise InputError(
            f"nothing in `issim {given.command}` begins with '{given.only}'; leave the name out to see all."
        )
    if given.csv:
        import csv

        csv.writer(sys.stdout).writerows([tuple(header), *found])
        return 0
    print(_aligned([tuple(header), *found]))
    return 0


def _aligned(rows: Sequence[tuple[str, ...]]) -> str:
    """Rows as a table whose columns begin below each other."""
    widths = [min(60, max(map(len, column))) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


if __name__ == "__main__":
    raise SystemExit(main())
