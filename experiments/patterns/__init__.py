"""Patterns that published models and cases show, and whether this model shows them: one module each.

    python experiments/patterns/run.py

A module says what it asks and who found it, makes the runs (`measure`), passes judgement by rules that were
written down before looking (`judge`), and draws what it found (`draw`).
"""
