# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # 2. A region wakes up
#
# **Question.** Four firms in ten have never heard of industrial symbiosis. If nobody does anything, how long does it
# take until all have?
#
# About 10 minutes. **One idea:** firms hear from outside, from each other, and most of all from peers who do it -
# and what is not practised is forgotten.

# %%
from issim import teach

# %% [markdown]
# A region of 150 firms, at the start:

# %%
region = teach.village(n_firms=150, n_months=120, seed=2)
unaware = region.firms.select(lambda firm: firm.stage == "unaware")
print(f"At the start {len(unaware)} of {len(region.firms)} firms have never heard of symbiosis.")

# %% [markdown]
# One step of the model is one month. **Write down what you expect:** how many of them will still not have heard of it
# in ten years?

# %%
my_guess = 20

for _ in range(120):
    region.step()
still = region.firms.select(lambda firm: firm.stage == "unaware")
print(f"After ten years it is {len(still)}. You said {my_guess}.")

# %% [markdown]
# Here is a region of the same kind on the map, in which more firms exchange already when it begins.

# %%
LIVELY = {"start_share": 0.1}
teach.map_picture(n_firms=150, n_months=120, behaviour=LIVELY)

# %% [markdown]
# Firms become aware by three ways, and fall back by one. We switch each of them off, one at a time, in 20 regions -
# always the same regions with the same luck, so that nothing else differs.
#
# **Write down what you expect.** Which of the four matters most?

# %%
arms = {
    "as it is": teach.Arm(behaviour=LIVELY),
    "nothing heard from outside": teach.Arm(behaviour=LIVELY | {"outside_influence": 0.0}),
    "no word of mouth": teach.Arm(behaviour=LIVELY | {"word_of_mouth": 0.0}),
    "no learning from peers who exchange": teach.Arm(behaviour=LIVELY | {"contagion": 0.0}),
    "nothing is forgotten": teach.Arm(behaviour=LIVELY | {"forgetting": 0.0}),
}
history = teach.runs(arms, n_months=120)
found = teach.differences(history, "unaware")
most = max(found, key=lambda row: abs(row.mid))
teach.rows(
    found,
    title=f"What matters most: {most.words}",
    reading="Firms that never heard of it after ten years, against the region as it is; mean, 90 % interval",
    foot="20 regions of 150 firms, the same for all",
)

# %% [markdown]
# The changes are small beside the number who do not know. In this model a region left alone stays half asleep:
# there are too few who exchange for others to learn from, and awareness that leads nowhere fades.
#
# **Move it.** How loud must it become until nearly everybody has heard?


# %%
def loud(outside_influence, word_of_mouth):
    louder = {"outside_influence": outside_influence, "word_of_mouth": word_of_mouth}
    both = {"as it is": teach.Arm(), "louder": teach.Arm(behaviour=louder)}
    return teach.lines(teach.runs(both, n_months=120), "unaware", "firms that have never heard of symbiosis")


teach.play(
    loud,
    outside_influence=teach.Slider(0, 0.02, 0.0005, 0.005),
    word_of_mouth=teach.Slider(0, 0.05, 0.001, 0.003),
)

# %% [markdown]
# **Exercise.** Suppose all have heard of it. Do ten times as many firms exchange, twice as many, or as many as
# before? Compare `"adopters"` in the two arms of `loud`.
#
# <details>
# <summary>Answer</summary>
#
# Hardly more than before. To know of symbiosis is the first step of four; those who know must still find a partner,
# agree and make it work. Which step holds a region back is the subject of lesson 5.
#
# ```python
# awake = {"outside_influence": 0.05, "forgetting": 0.0}
# two = teach.runs({"as it is": teach.Arm(), "all awake": teach.Arm(behaviour=awake)}, n_months=120)
# heard, exchange = (teach.differences(two, column)[0] for column in ("unaware", "adopters"))
# print(f"{-heard.mid:.0f} more firms have heard of it; {exchange.mid:.1f} more exchange.")
# assert -heard.mid > 10 * abs(exchange.mid)
# ```
#
# </details>

# %% [markdown]
# **Talk about it.**
#
# - The Finnish system FISS brings firms together in facilitated workshops, with a database behind them; over 700
#   companies and 2,500 synergies are reported. Which of the ways above does a workshop use?
# - In Muzaffarnagar (India) residues of sugar mills go to paper mills, and social ties carry the exchange. Would a
#   newsletter have done the same?
# - Firms that were asked in interviews wished for training with real examples, step by step, by sector. Which number
#   of this lesson would such a course change, and which not?

# %%
assert len(still) < len(unaware)
assert {row.words: row.mid > 0 for row in found} == {
    name: name != "nothing is forgotten" for name in list(arms)[1:]
}
