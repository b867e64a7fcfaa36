"""What a report needs of a result folder, checked before anything is drawn."""

from __future__ import annotations

from issim.analysis.summary import MEASURES
from issim.errors import InputError
from issim.evidence.vocabulary import GOODS
from issim.report.tables import GROUPS, STRUCTURE
from issim.store.folder import Results

MANIFEST = (
    "issim", "commit", "rules", "command", "seeds", "finished", "config_sha256", "platform", "python", "evidence",
    "region",
)  # fmt: skip
#: Columns of the tables that every result has.
ALWAYS = {
    "series": (
        *("policy", "seed", "month", "unaware", "aware", "searching", "talking", "adopters"),
        *(measure.column for measure in MEASURES),
        *(f"flow_{good}" for good in GOODS),
        *(f"adopters_{group}_{level}" for group, levels in GROUPS.items() for level in levels),
    ),
    "barriers": ("policy", "seed", "month", "stage", "barrier", "brake"),
    "levers": ("policy", "seed", "lever", "reached", "spent", "stopped"),
    "firms": ("firm", "region", "country", "sector", "size", "x", "y"),
    "assumptions": ("parameter", "value", "unit", "prior", "meaning", "fate"),
}
#: Columns of those that some have.
IF_THERE = {
    "structure": ("policy", *(column for column, _, _ in STRUCTURE)),
    "panel": ("policy", "month", "firm", "stage"),
    "pairs": ("pair", "donor", "receiver", "good", "distance"),
    "events": ("policy", "month", "pair", "stage"),
    "draws": ("draw", "parameter", "value"),
    "draw_effects": ("draw", "policy", "outcome", "value"),
}


def check(results: Results) -> None:
    """Refuse a folder that lacks what a report needs: one written by another version, or cut short."""
    if absent := [key for key in MANIFEST if key not in results.manifest]:
        raise _other_version(results, f"its manifest has no '{absent[0]}'")
    there = {name: columns for name, columns in IF_THERE.items() if results.has(name)}
    for name, columns in (ALWAYS | there).items():
        table = results.table(name)
        if absent := [column for column in columns if column not in table.columns]:
            raise _other_version(results, f"its table {name} has no column '{absent[0]}'")
    if results.table("series").empty:
        raise InputError(
            f"'{results.path}' holds no month of any run; make a run anew by `{results.manifest['command']}`."
        )


def _other_version(results: Results, what: str) -> InputError:
    """The sentence for a result of another version."""
    made = results.manifest.get("issim", "of unknown version")
    again = results.manifest.get("command", "issim run")
    return InputError(
        f"'{results.path}' was written by another version of the program (issim {made}): {what}; "
        f"make a run anew by `{again}`."
    )
