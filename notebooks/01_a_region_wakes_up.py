# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # A region wakes up
#
# **One idea:** firms hear of symbiosis from outside, from each other, and most of all from peers who do it.
#
# We let 300 firms live for five years and watch them, month by month, firm by firm.

# %%
from issim import SymbiosisModel

model = SymbiosisModel(n_firms=300, n_months=60, seed=3)
unaware = model.agents.select(lambda firm: firm.awareness == 1)
print(f"At the start {len(unaware)} of {len(model.agents)} firms have never heard of symbiosis.")

# %% [markdown]
# One month is one step. Five years are sixty.

# %%
for _ in range(60):
    model.step()
still = model.agents.select(lambda firm: firm.awareness == 1)
print(f"After five years {len(still)} have still not heard of it.")

# %% [markdown]
# What the region went through, as a table: one row per month.

# %%
history = model.datacollector.get_model_vars_dataframe()
history[["unaware", "aware", "searching", "talking", "adopters"]].iloc[::12]

# %% [markdown]
# **Try it.** Ask one firm. Why does it not search? Which barriers does it have?

# %%
firm = model.agents.select(lambda each: each.stage == "aware")[0]
print(
    firm.country, firm.sector, firm.size, "has", len(firm.barriers), "barriers and", len(firm.peers), "peers"
)

# %% [markdown]
# **Exercise.** What if firms never forgot, and talked twice as much? Change `forgetting` and `word_of_mouth`.

# %%
talkative = SymbiosisModel(
    n_firms=300, n_months=60, seed=3, behaviour={"forgetting": 0.0, "word_of_mouth": 0.006}
)
for _ in range(60):
    talkative.step()
fewer = talkative.agents.select(lambda each: each.awareness == 1)
print(f"Then {len(fewer)} have not heard of it, instead of {len(still)}: same firms, same luck.")

# %%
assert len(fewer) < len(still) < len(unaware)
