"""What every message about bad input must be: one plain sentence per fault."""

from __future__ import annotations

import re

#: Words that only a programmer could read.
JARGON = re.compile(
    r"Traceback|Exception|full_key|object_type|OmegaConf|NoViable|ValidationError|0x[0-9a-f]{6}|<class"
)
LONGEST = 700
#: Words that say what is allowed or what to do.
ADVICE = re.compile(
    r"allowed|choose|write|give|name|did you mean|known are|lists what|save|make a run|round|check the path|mend|must"
    r"|the columns are|raise|copy|add |widen|quote|run `issim run` again|keep |leave |correct |convert|look for|use one"
    r"|load the page again|switch some off|ask for fewer|start the lever earlier"
)


def blemishes(message: str) -> list[str]:
    """What is wrong with a message that should say one fault per line in a sentence; nothing if it is good."""
    found = []
    for line in message.split("\n"):
        if not line or line != line.strip():
            found.append(f"empty or padded line in {message!r}")
        elif not line.endswith((".", "?")):
            found.append(f"no end of sentence: {line!r}")
        elif JARGON.search(line) or len(line) > LONGEST:
            found.append(f"unreadable: {line!r}")
        elif not ADVICE.search(line):
            found.append(f"says not what to do: {line!r}")
    return found
