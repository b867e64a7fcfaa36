"""Published models of other groups, written anew from their rules, beside their published numbers: one module each.

    python experiments/replications/run.py

A replication has compiled rules of its own (`market.py`, `holdup.py`, `ghali.py`); nothing of it enters the model,
and the model is never tuned to it. `e1.py`, `e2.py`, `e4.py` and `e5.py` make the runs and set them beside what was
published.
"""
