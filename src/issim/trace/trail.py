"""The trail of an output in words: from a figure, a table or one number back to evidence and command."""

from __future__ import annotations

import shlex
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from issim.errors import InputError, unknown_name
from issim.evidence import Evidence
from issim.store.record import without_places, words_of
from issim.trace import outcomes, standing, values
from issim.trace.found import Found, config_of, found
from issim.trace.settings import Rests, differences, from_command, policies_of, rests, tree_of

#: Width of a line, and of what stands before it.
WIDTH, HEAD = 110, 14
#: So many settings, sources and months are shown.
SHOWN = 12


def trail(path: Path, key: str = "", among: Path = Path("outputs")) -> str:
    """Everything that is known of how an output, or one number in it, came about."""
    one = found(path, among)
    meant = outcomes.outcome(key) if key else None
    if key and meant is None:
        raise unknown_name("outcome", key, outcomes.names())
    tree = tree_of(config_of(one)) or from_command(one.record)
    known = rests(tree)
    parts: list[tuple[str, str]] = [*_made(one), *_settings(one, tree)]
    if meant is not None:
        about = outcomes.lines(meant, known, known.evidence)
        parts = [("number", key), *values.lines(one, key), *about, ("", ""), *parts]
    else:
        parts += [*_shows(one), *_rests(known)]
    return "\n".join([_title(one), *laid_out(parts)])


def _title(one: Found) -> str:
    """What the output is."""
    of = one.record.get("command", "issim").split(" ")[:2]
    whole = f"{one.kind} of `{' '.join(of)}`"
    return f"{one.path}: {whole}" + (f", {one.name}" if one.name and one.name != one.path.name else "")


def _made(one: Found) -> Iterator[tuple[str, str]]:
    """Whether it is as it was written, by which command, when, by which program."""
    yield "state", one.state
    if question := one.manifest.get("question"):
        yield "question", str(question)
    yield "command", str(one.manifest.get("command", one.record.get("command", "not recorded")))
    yield "again", again(one)
    if one.folder is not None:
        yield "check", f"`issim provenance {one.folder} --check` carries it out and compares every bit"
    if "drawn" in one.record:
        yield "drawn by", one.record["drawn"]
    if "started" in one.manifest:
        yield "when", f"{one.manifest['started']} to {one.manifest['finished']}"
    yield "seeds", one.record.get("seeds", "not recorded")
    if drawn := one.manifest.get("posterior"):
        said = ", ".join(
            f"{name} {value}" for name, value in drawn.items() if isinstance(value, str | int | float)
        )
        yield "posterior", f"constants of behaviour are drawn from it by seed: {said}"
    yield from standing.lines(one)


def again(one: Found) -> str:
    """The exact command that makes the output again, where the reader stands."""
    words = without_places(words_of(str(one.manifest.get("command", one.record.get("command", "")))))
    return shlex.join(words)


def _settings(one: Found, tree: dict[str, object] | None) -> Iterator[tuple[str, str]]:
    """What was set otherwise than packaged, and the policies."""
    if tree is None:
        if "axes" in one.manifest:
            known, axes = one.manifest, ", ".join(one.manifest["axes"])
            yield (
                "design",
                f"{known['n_cells']} cells over {axes or 'settings of their own'}, {known['n_runs']} runs",
            )
        digest = one.record.get("settings", "")
        yield "settings", "those of the command" + (f"; digest {digest}" if digest else "")
        return
    changed = differences(tree)
    shown = [*changed[:SHOWN], *([f"and {len(changed) - SHOWN} more"] if len(changed) > SHOWN else [])]
    yield (
        "settings",
        f"{len(changed)} differ from the packaged ones: {'; '.join(shown)}" if changed else "as packaged",
    )
    try:
        policies = policies_of(tree)
    except InputError:
        return
    for policy in policies:
        yield "policy", f"{policy.name}: {', '.join(policy.names) or 'no lever'}"


def _shows(one: Found) -> Iterator[tuple[str, str]]:
    """The outcomes that a figure or table shows, each with its definition."""
    head = "shows"
    for key in values.shown(one):
        meant = outcomes.outcome(key)
        if meant is not None:
            yield head, f"{key}: {meant.words} [{meant.unit}]"
            head = ""
    if not head:
        yield "", f"`issim provenance {one.path} NAME` says what one of them rests on"


def _rests(known: Rests) -> Iterator[tuple[str, str]]:
    """How many parameters are in force, and where they come from."""
    of = "in force" if known.is_own else "by default; those of the levers are not known here"
    yield "parameters", f"{outcomes.counted(known.parameters)} {of}; `issim parameters` lists them"
    yield from _sources(known, known.evidence)


def _sources(known: Rests, evidence: Evidence) -> Iterator[tuple[str, str]]:
    """The sources of most parameters, and how many more there are."""
    cited = list(outcomes.cited(known.parameters, evidence))
    yield from cited[:SHOWN]
    if len(cited) > SHOWN:
        yield (
            "",
            f"and {len(cited) - SHOWN} more; `issim parameters` has those of each parameter",
        )


def laid_out(parts: Iterable[tuple[str, str]]) -> list[str]:
    """Heads and texts in two columns."""
    lines: list[str] = []
    for head, text in parts:
        wrapped: Sequence[str] = textwrap.wrap(
            text, WIDTH - HEAD, break_long_words=False, break_on_hyphens=False
        )
        lines += [
            f"  {head if not k else '':<{HEAD - 2}}{line}".rstrip() for k, line in enumerate(wrapped or [""])
        ]
    return lines
