"""The grammar of the command line: every sub-command, what it takes, and what the help says of it."""

from __future__ import annotations

import argparse
from pathlib import Path

EPILOG = """examples:
  issim run                                           the default region, with and without policy
  issim run region=latvia policy=training population.n_firms=5000 seed=7
  issim run -m policy=none,training region=latvia,norway    a run of every combination
  issim compare policy=none,mandate,training          the same worlds and luck under several policies
  issim sweep experiment=policy_by_country            a study: a design of settings, many seeds
  issim sensitivity policy=training                   which numbers move what training brings most
  issim animate region=latvia policy=training         a film of the map, month by month
  issim template firms                                an example of a register of your own firms
  issim check firms=my_firms.csv                      every faulty line of it, before anything runs
  issim run firms=my_firms.csv                        your firms; what is not known of them is drawn
  issim app                                           a page in your browser: move levers, see the answer
  issim survey                                        ask the synthetic firms what the survey asked
  issim validate                                      every published figure against the model; past tax rises replayed
  issim calibrate                                     fit what the survey cannot give to what programmes achieved
  issim parameters behaviour                          what the model assumes, with sources
  issim provenance outputs/FOLDER/summary.csv adopters    where a number comes from
"""


def parser() -> argparse.ArgumentParser:
    """The grammar of the command line."""
    top = argparse.ArgumentParser(
        prog="issim",
        description="What would a policy do for industrial symbiosis in a region?",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action="store_true", help="print the version and stop")
    commands = top.add_subparsers(dest="command", metavar="COMMAND")
    run = commands.add_parser("run", help="simulate a region without policy and with one")
    run.add_argument(
        "overrides", nargs="*", metavar="KEY=VALUE", help="settings in Hydra's grammar, as in seed=7"
    )
    run.add_argument("--no-figures", action="store_true", help="leave out the figures")
    run.add_argument(
        "-m",
        "--multirun",
        action="store_true",
        help="a run for each of several values, as in policy=none,training",
    )
    compare = commands.add_parser("compare", help="compare policies on the same worlds and the same luck")
    compare.add_argument(
        "overrides", nargs="*", metavar="KEY=VALUE", help="as for run, and policy=A,B,...: each against A"
    )
    compare.add_argument("--no-figures", action="store_true", help="leave out the figure")
    sweep = commands.add_parser(
        "sweep", help="carry out a study: many settings, many seeds, here or on a cluster"
    )
    sweep.add_argument(
        "overrides",
        nargs="*",
        metavar="KEY=VALUE",
        help="experiment=NAME, launcher=slurm, and as for run; nothing: list the studies",
    )
    sweep.add_argument("--dry-run", action="store_true", help="say how many runs, how long, how much disk")
    sweep.add_argument("--no-figures", action="store_true", help="leave out the figure")
    _sensitivity(
        commands.add_parser("sensitivity", help="say which assumptions move outcomes and effects most")
    )
    survey = commands.add_parser("survey", help="re-run the survey on synthetic firms, or on a finished run")
    survey.add_argument(
        "--run", type=Path, metavar="PATH", help="a result folder; without it a synthetic population"
    )
    survey.add_argument("--month", type=int, metavar="M", help="month of the run (default: the last)")
    survey.add_argument("--policy", metavar="NAME", help="which policy of the run (default: the last)")
    survey.add_argument(
        "--surveys", type=int, default=2000, metavar="N", help="how many surveys (default 2000)"
    )
    survey.add_argument("--seed", type=int, default=0, metavar="S", help="seed of the samples (default 0)")
    survey.add_argument(
        "--out", type=Path, default=Path("outputs"), metavar="DIR", help="where the figure goes"
    )
    calibrate = commands.add_parser(
        "calibrate", help="fit constants of behaviour to what programmes achieved, and say what stays unknown"
    )
    calibrate.add_argument(
        "overrides",
        nargs="*",
        metavar="KEY=VALUE",
        help="seed, threads, outputs, and what is held as said: behaviour.paperwork=500",
    )
    calibrate.add_argument(
        "--draws", type=int, default=6000, metavar="N", help="draws from the priors (default 6000)"
    )
    calibrate.add_argument("--minutes", type=float, metavar="M", help="stop drawing after so many minutes")
    calibrate.add_argument(
        "--worlds", type=int, default=8, metavar="N", help="worlds per programme (default 8)"
    )
    calibrate.add_argument(
        "--runs", type=int, default=2, metavar="N", help="runs per draw and programme (default 2)"
    )
    calibrate.add_argument(
        "--quick", action="store_true", help="a first impression: 160 draws in small regions"
    )
    calibrate.add_argument("--no-figures", action="store_true", help="leave out the figures")
    validate = commands.add_parser(
        "validate", help="hold the model against what is known, and say what it misses"
    )
    validate.add_argument(
        "words",
        nargs="*",
        metavar="WORD",
        help="targets, shocks or the name of one (default: all); and settings as for run: KEY=VALUE",
    )
    validate.add_argument(
        "--prior", action="store_true", help="besides, what the priors of the constants give"
    )
    validate.add_argument("--no-figures", action="store_true", help="leave out the figures")
    report = commands.add_parser("report", help="write one page to hand over from a result folder")
    report.add_argument("path", type=Path, metavar="PATH", help="the result folder that `issim run` printed")
    trace = commands.add_parser("provenance", help="say where a figure, a table or a number comes from")
    trace.add_argument("path", type=Path, metavar="PATH", help="an output of issim, or a result folder")
    trace.add_argument("number", nargs="?", default="", metavar="NAME", help="an outcome, as in adopters")
    trace.add_argument("--check", action="store_true", help="carry the command out again and compare bits")
    trace.add_argument("--threads", type=int, metavar="N", help="on so many threads (with --check)")
    trace.add_argument(
        "--among", type=Path, default=Path("outputs"), metavar="DIR", help="where a lone file is looked for"
    )
    animate = commands.add_parser(
        "animate", help="write a film of a run: maps month by month, without and with policy"
    )
    animate.add_argument(
        "words",
        nargs="+",
        metavar="PATH|KEY=VALUE",
        help="a result folder of `issim run`, or settings as for run",
    )
    animate.add_argument("--format", choices=("gif", "mp4"), default="gif", help="kind of film (default gif)")
    animate.add_argument(
        "--out", type=Path, metavar="FILE", help="where the film goes (default: into the folder)"
    )
    app = commands.add_parser("app", help="open a page where levers are moved and the answer is seen at once")
    app.add_argument("--host", default="127.0.0.1", help="address to listen at (default: this computer only)")
    app.add_argument("--port", type=int, default=8765, help="port (default 8765; 0: any that is free)")
    app.add_argument(
        "--mesa", action="store_true", help="Mesa's own view instead: play, pause, step, click a firm"
    )
    app.add_argument("--no-browser", action="store_true", help="do not open a browser")
    lessons = commands.add_parser(
        "lessons", help="list the lessons, or copy them out as notebooks and try them"
    )
    lessons.add_argument("folder", nargs="?", type=Path, metavar="DIR", help="a new folder for the notebooks")
    results = commands.add_parser("results", help="say what is there of a sweep, and what is missing")
    results.add_argument("path", type=Path, metavar="PATH", help="the folder that `issim sweep` printed")
    template = commands.add_parser("template", help="write an example of a file of your own")
    template.add_argument("kind", metavar="KIND", help="firms, survey or streams")
    template.add_argument("--out", type=Path, metavar="FILE", help="where to (default: my_KIND.csv)")
    check = commands.add_parser("check", help="tell every faulty line of your own files; runs nothing")
    check.add_argument(
        "overrides", nargs="*", metavar="KEY=FILE", help="firms=, survey=, streams=FILE; as for run"
    )
    for name, text in (
        ("evidence", "list the packaged evidence with its sources"),
        ("parameters", "list every parameter with unit, range or prior, meaning and source"),
        ("levers", "list the levers and the named policies"),
    ):
        listing = commands.add_parser(name, help=text)
        listing.add_argument(
            "only",
            nargs="?",
            default="",
            metavar="NAME",
            help="only what begins with NAME (levers: or the file of one)",
        )
        listing.add_argument("--csv", action="store_true", help="print as CSV")
    return top


def _sensitivity(command: argparse.ArgumentParser) -> None:
    """What `issim sensitivity` takes."""
    command.add_argument(
        "overrides", nargs="*", metavar="KEY=VALUE", help="as for run; what is set here is not varied"
    )
    command.add_argument(
        "--runs", type=int, default=100_000, metavar="N", help="runs there may be at most (default 100000)"
    )
    command.add_argument(
        "--width",
        type=float,
        default=0.1,
        metavar="W",
        help="half-width of the leading intervals at which it ends (default 0.1)",
    )
    command.add_argument(
        "--most", type=int, default=12, metavar="K", help="numbers that get indices at most (default 12)"
    )
    command.add_argument(
        "--decisions",
        action="store_true",
        help="vary what the policy decides as well, as its quotas and rates",
    )
    command.add_argument(
        "--only", default="", metavar="A,B", help="vary only what begins with A or B, as in behaviour,policy"
    )
    command.add_argument("--dry-run", action="store_true", help="say how many runs, and how long")
    command.add_argument("--no-figures", action="store_true", help="leave out the figures")
    command.add_argument(
        "--redraw", type=Path, metavar="PATH", help="only draw the figures of a finished analysis again"
    )
