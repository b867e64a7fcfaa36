"""Who computes next: one thread for everybody, a step at a time, each person in turn.

A person's newer request takes the place of the older one, which is dropped between two steps; so nobody waits
for what nobody wants any more, and nobody waits for more than one step of each of the others.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from issim.errors import InputError

log = logging.getLogger("issim.app")

SORRY = "This could not be computed because of a fault in the program; its log says which."


class Request(NamedTuple):
    """What somebody wants: steps to take, whom to tell what each gave, and whom to tell that it is impossible."""

    steps: Callable[[], Iterator[Any]]
    tell: Callable[[Any], None]
    refuse: Callable[[str], None]


class _Turn:
    """A request that was begun."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.steps: Iterator[Any] | None = None
        self.is_stale = False


class Turns:
    """One thread that takes steps for whoever asked, in turn."""

    def __init__(self) -> None:
        self._change = threading.Condition()
        self._waiting: OrderedDict[str, OrderedDict[str, _Turn]] = OrderedDict()
        self._open = True
        self._thread = threading.Thread(target=self._work, name="issim-turns", daemon=True)
        self._thread.start()

    def ask(self, who: str, request: Request, slot: str = "") -> None:
        """Compute something for somebody, in place of what they wanted before in the same slot."""
        with self._change:
            if not self._open:
                return
            own = self._waiting.setdefault(who, OrderedDict())
            if slot in own:
                own[slot].is_stale = True
            own[slot] = _Turn(request)
            self._change.notify()

    def forget(self, who: str) -> None:
        """Drop everything that somebody wanted, for they left."""
        with self._change:
            for turn in self._waiting.pop(who, OrderedDict()).values():
                turn.is_stale = True

    def waiting(self) -> int:
        """How many people wait for something."""
        with self._change:
            return len(self._waiting)

    def close(self, seconds: float = 5.0) -> None:
        """Drop everything and end the thread, after the step that it is in."""
        with self._change:
            self._open = False
            for own in self._waiting.values():
                for turn in own.values():
                    turn.is_stale = True
            self._waiting.clear()
            self._change.notify()
        self._thread.join(seconds)

    def _work(self) -> None:
        """Take steps until the end."""
        while (next_one := self._next()) is not None:
            who, slot, turn = next_one
            if self._stepped(turn):
                continue
            with self._change:
                own = self._waiting.get(who)
                if own is not None and own.get(slot) is turn:
                    del own[slot]
                    if not own:
                        del self._waiting[who]

    def _next(self) -> tuple[str, str, _Turn] | None:
        """The first in the queue, who then goes to its end; None when all is over."""
        with self._change:
            while self._open and not self._waiting:
                self._change.wait()
            if not self._open:
                return None
            who, own = next(iter(self._waiting.items()))
            self._waiting.move_to_end(who)
            slot, turn = next(iter(own.items()))
            own.move_to_end(slot)
            return who, slot, turn

    def _stepped(self, turn: _Turn) -> bool:
        """Take one step of a request; False when there is nothing more to do for it."""
        try:
            if turn.steps is None:
                turn.steps = turn.request.steps()
            found = next(turn.steps)
        except StopIteration:
            return False
        except InputError as fault:
            self._told(turn, turn.request.refuse, str(fault))
            return False
        except Exception:
            log.exception("a request failed")
            self._told(turn, turn.request.refuse, SORRY)
            return False
        if found is not None:
            self._told(turn, turn.request.tell, found)
        return not turn.is_stale

    @staticmethod
    def _told(turn: _Turn, tell: Callable[[Any], None], what: Any) -> None:
        """Tell somebody what came out, unless they no longer want it; that they cannot hear it harms nobody."""
        if turn.is_stale:
            return
        try:
            tell(what)
        except Exception:
            log.exception("somebody could not be told")
