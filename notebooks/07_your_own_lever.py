# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # 7. Your own lever
#
# **Question.** What would *you* do - and what would it have to do to firms to be worth its money?
#
# About 10 minutes. **One idea:** a lever is one small file that says whom it reaches, what it changes and what it
# costs. Whoever cannot fill it in does not yet have a policy.
#
# Here is one: breakfasts. Once a month a few small firms of a region are invited to the yard of a firm that
# exchanges.

# %%
from issim import teach

breakfast = teach.write(
    "breakfast.yaml",
    """
    mechanism: relief
    name: breakfast
    title: Breakfasts in the yards of firms that exchange
    question: Does coffee among neighbours start exchanges?
    meaning: Small firms are invited to see an exchange at work and to meet those who run it.
    actor: a chamber of commerce
    enrols: true         # firms are reached one by one
    lasts: true          # what a firm has got it keeps
    capacity: 6          # firms a month
    unit_cost: 150       # EUR per firm: coffee, and somebody's time
    running_cost: 500    # EUR a month
    sizes: [micro, small]
    relief:              # which barriers, and how much of each
      partners_unknown: 0.5
      confusing_concept: 0.3
    effects:
      trust_gain: 0.1
      awareness_gain: 0.3
    """,
)

# %% [markdown]
# **Write down what you expect.** Of 150 firms, how many more will exchange after ten years? What will it cost in all?

# %%
mine = teach.policy("breakfasts", breakfast={"name": str(breakfast.resolve())})
arms = {"none": teach.Arm(), "breakfasts": teach.Arm(mine), "training": teach.Arm("training")}
history = teach.runs(arms, n_months=120)

# %%
teach.bars(history)

# %% [markdown]
# It stands beside the others, with how many of its numbers are assumed - all of them, until you find a source:

# %%
teach.listed(breakfast)[["mechanism", "relieves", "reaches", "cost", "rests_on"]].head(4)

# %% [markdown]
# A slip of the pen is answered by a sentence. What is wrong here?

# %%
faulty = teach.write(
    "faulty.yaml", breakfast.read_text().replace("partners_unknown: 0.5", "partner_unknown: 5")
)

# %% [markdown]
# **Move it.** How strong would breakfasts have to be to bring two exchanging firms more?
#
# **Write down what you expect**, then move the sliders: how much of the barrier "partners are not known" a breakfast
# takes away, and how much trust it gives.


# %%
def stronger(relief, trust):
    changed = {
        "name": str(breakfast.resolve()),
        "relief": {"partners_unknown": relief},
        "effects": {"trust_gain": trust},
    }
    two = {"none": teach.Arm(), "breakfasts": teach.Arm(teach.policy("breakfasts", breakfast=changed))}
    (row,) = teach.differences(teach.runs(two, n_months=120), "adopters")
    print(f"{row.mid:+.1f} firms that exchange ({row.low:+.1f} to {row.high:+.1f}, 90 % interval).")


teach.play(stronger, relief=teach.Slider(0, 1, 0.1, 1), trust=teach.Slider(0, 1, 0.1, 0.5))

# %% [markdown]
# **Exercise.** Write a lever of your own: change the text above, under another name. Then let your neighbour guess
# its effect before you run it. One question first: what may the breakfasts cost in all, if a tonne passed on is worth
# 50 EUR to the public?
#
# <details>
# <summary>Answer</summary>
#
# Count the extra tonnes, and hold what they are worth against what is paid. If single regions go up and down around
# nothing, the lever has not yet earned any money, however cheap the coffee.
#
# ```python
# totals = history.groupby(["policy", "seed"], sort=False)[["tonnes", "public_cost"]].sum()
# extra = totals.loc["breakfasts", "tonnes"] - totals.loc["none", "tonnes"]
# paid = totals.loc["breakfasts", "public_cost"]
# print(f"Extra tonnes in ten years: {extra.mean():,.0f}, by region {extra.min():,.0f} to {extra.max():,.0f}.")
# print(f"Paid: {paid.mean():,.0f} EUR; worth at 50 EUR a tonne: {50 * extra.mean():,.0f} EUR.")
# assert paid.mean() > 0
# ```
#
# </details>

# %% [markdown]
# On the command line your file works as the packaged ones do:
#
# ```
# issim levers breakfast.yaml
# issim run policy=my_policy.yaml
# ```
#
# with a `my_policy.yaml` that names it - `levers: {breakfast: {name: breakfast.yaml}}` and a `question`.
#
# **Talk about it.**
#
# - Donar (Slovenia) makes chairs of PET bottles and felt and avoids 15 tonnes of new material a year. What would a
#   lever that helps one such firm a year be worth?
# - In Ljubljana an invasive knotweed becomes paper, because a pulp and paper institute took it up. Which fields of
#   the file would describe that institute?
# - Where would you look for the number behind `relief`? What would you accept as evidence?

# %%
assert (history[history["policy"] == "breakfasts"]["public_cost"] > 0).any()
