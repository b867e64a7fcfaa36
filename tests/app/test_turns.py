"""The queue: everybody in turn, nobody waits for what nobody wants, and a fault harms only who caused it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest

from issim.app.turns import SORRY, Request, Turns
from issim.errors import InputError


class Listener:
    """Somebody who asked, and what they were told, in order with all others."""

    def __init__(self, log: list[tuple[str, object]], name: str) -> None:
        self.log, self.name, self.heard = log, name, threading.Event()

    def told(self, what: object) -> None:
        self.log.append((self.name, what))
        if what == "end":
            self.heard.set()

    def request(self, steps: Callable[[], Iterator[object]]) -> Request:
        return Request(steps, self.told, lambda text: (self.told(text), self.told("end"))[0])


def counting(n: int) -> Iterator[object]:
    """So many steps."""
    yield from range(n)
    yield "end"


@pytest.fixture
def turns() -> Iterator[Turns]:
    found = Turns()
    yield found
    found.close()


def held(turns: Turns) -> threading.Event:
    """Keep the thread busy until the event is set, so that all others are in the queue when it begins."""
    go, inside = threading.Event(), threading.Event()

    def steps() -> Iterator[object]:
        inside.set()
        go.wait(10)
        yield None

    turns.ask("the first", Request(steps, lambda _: None, lambda _: None))
    assert inside.wait(10)
    return go


def test_everybody_gets_one_step_in_turn(turns: Turns) -> None:
    log: list[tuple[str, object]] = []
    people = [Listener(log, name) for name in "abc"]
    go = held(turns)
    for person in people:
        turns.ask(person.name, person.request(lambda: counting(3)))
    go.set()
    assert all(person.heard.wait(10) for person in people)
    assert [name for name, _ in log] == list("abc") * 4
    assert [what for name, what in log if name == "b"] == [0, 1, 2, "end"]


def test_someone_with_much_to_do_does_not_keep_the_others(turns: Turns) -> None:
    log: list[tuple[str, object]] = []
    greedy, modest = Listener(log, "greedy"), Listener(log, "modest")
    go = held(turns)
    turns.ask("greedy", greedy.request(lambda: counting(1000)))
    turns.ask("modest", modest.request(lambda: counting(2)))
    go.set()
    assert modest.heard.wait(10)
    assert greedy.heard.wait(10)
    assert log.index(("modest", "end")) < 8


def test_a_newer_request_takes_the_place_of_the_older(turns: Turns) -> None:
    log: list[tuple[str, object]] = []
    old, new = Listener(log, "old"), Listener(log, "new")
    started, go = threading.Event(), threading.Event()

    def steps() -> Iterator[object]:
        yield "old picture"
        started.set()
        go.wait(10)
        yield "stale picture"
        yield "end"

    turns.ask("a", old.request(steps))
    assert started.wait(10)
    turns.ask("a", new.request(lambda: counting(1)))
    go.set()
    assert new.heard.wait(10)
    assert log == [("old", "old picture"), ("new", 0), ("new", "end")]


def test_another_slot_of_the_same_person_is_left_alone(turns: Turns) -> None:
    log: list[tuple[str, object]] = []
    main, beside = Listener(log, "main"), Listener(log, "beside")
    turns.ask("a", main.request(lambda: counting(3)))
    turns.ask("a", beside.request(lambda: counting(3)), slot="beside")
    assert main.heard.wait(10)
    assert beside.heard.wait(10)


def test_whoever_leaves_is_forgotten(turns: Turns) -> None:
    log: list[tuple[str, object]] = []
    gone, here = Listener(log, "gone"), Listener(log, "here")
    go = held(turns)
    turns.ask("gone", gone.request(lambda: counting(3)))
    turns.ask("here", here.request(lambda: counting(3)))
    turns.forget("gone")
    turns.forget("nobody")
    go.set()
    assert here.heard.wait(10)
    assert {name for name, _ in log} == {"here"}


@pytest.mark.parametrize(
    ("fault", "told"), [(InputError("too many."), "too many."), (ValueError("secret"), SORRY)]
)
def test_a_fault_is_told_to_whom_it_concerns_and_harms_nobody_else(
    turns: Turns, fault: Exception, told: str
) -> None:
    log: list[tuple[str, object]] = []
    bad, good = Listener(log, "bad"), Listener(log, "good")

    def steps() -> Iterator[object]:
        yield 0
        raise fault

    turns.ask("bad", bad.request(steps))
    turns.ask("good", good.request(lambda: counting(3)))
    assert bad.heard.wait(10)
    assert good.heard.wait(10)
    assert [what for name, what in log if name == "bad"] == [0, told, "end"]


def test_whoever_cannot_be_told_harms_nobody(turns: Turns) -> None:
    log: list[tuple[str, object]] = []
    good = Listener(log, "good")

    def deaf(_: object) -> None:
        raise OSError("the line is dead")

    turns.ask("deaf", Request(lambda: counting(3), deaf, deaf))
    turns.ask("good", good.request(lambda: counting(3)))
    assert good.heard.wait(10)


def test_the_end_is_the_end(turns: Turns) -> None:
    log: list[tuple[str, object]] = []
    late = Listener(log, "late")
    turns.close()
    turns.ask("late", late.request(lambda: counting(1)))
    assert not late.heard.wait(0.1)
    assert turns.waiting() == 0
