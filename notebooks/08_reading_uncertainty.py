# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # 8. Reading uncertainty
#
# **Question.** "The policy brings six firms more, give or take one." Give or take *what*?
#
# About 10 minutes. **One idea:** more runs tell you better what the model says. They do not tell you whether the
# model's assumptions are right.

# %%
from issim import teach

# %% [markdown]
# Forty regions of 150 firms over five years: left alone, with a team of facilitators, with training.

# %%
arms = {"none": teach.Arm(), "facilitator": teach.Arm("facilitator"), "training": teach.Arm("training")}
history = teach.runs(arms, n_seeds=40, n_months=60)
gains = teach.at_end(history, "facilitator", "adopters") - teach.at_end(history, "none", "adopters")
print("Extra firms that exchange in each of 40 regions:", gains.astype(int))

# %% [markdown]
# The same facilitation team, in forty regions that differ by chance alone.
#
# **Write down what you expect.** Between which two numbers lies the *mean* - from five regions, from ten, from forty?

# %%
two = history[history["policy"].isin(["none", "facilitator"])]
rows = teach.by_seeds(two, "adopters", (5, 10, 20, 40))
teach.rows(
    rows,
    title=f"From 5 regions to 40 the interval shrinks from {rows[0].high - rows[0].low:.1f} to "
    f"{rows[-1].high - rows[-1].low:.1f} firms",
    reading="Extra firms that exchange after five years: mean and its 90 % interval",
    foot="Regions of 150 firms",
)

# %% [markdown]
# The interval of the mean shrinks with the square root of the number of runs. What one region will get does not:
# look at the forty numbers again. *Two* intervals, two meanings - which does a mayor need, which a minister?
#
# How many regions does it take to tell a policy from none?

# %%
for name, regions in teach.needed(history, "adopters").items():
    print(f"{name}: about {regions:,.0f} regions, to see it with a chance of 80 %")

# %% [markdown]
# Now the other ignorance. Some 240 numbers of the model are assumptions, each with a range (`issim parameters`). We
# draw all of them at once, 48 times, and ask for the same effect each time.
#
# **Write down what you expect.** Will the interval be narrower, as wide, or wider? Will the middle stay?

# %%
robust, influence, source = teach.with_assumptions("facilitator", n_draws=48)
teach.assumptions_picture(robust, influence, source)

# %% [markdown]
# **Move it.** Does the wider interval shrink with more draws, as the first did with more runs?


# %%
def drawn(draws):
    found, _, _ = teach.with_assumptions("facilitator", n_draws=draws)
    (one,) = [each for each in found if each.key == "adopters"]
    print(f"{draws} draws: from {one.draws_low:.1f} to {one.draws_high:.1f} firms in 90 % of the draws;")
    print(f"in {one.draws_same_sign} of them the team brings more firms.")


teach.play(drawn, draws=teach.Slider(8, 96, 8, 24))

# %% [markdown]
# **Exercise.** A colleague makes ten thousand runs at the default values and reports the effect to three digits.
# What do you ask? What would make the *second* interval narrower?
#
# <details>
# <summary>Answer</summary>
#
# Ask what was held fixed. Ten thousand runs measure the model's answer at one set of assumptions very well, and say
# nothing of other sets. The second interval becomes narrower only by evidence: measurements that narrow the ranges,
# or past programmes that some draws fit and others do not.
#
# ```python
# (one,) = [each for each in robust if each.key == "adopters"]
# chance, both = one.mean_high - one.mean_low, one.draws_high - one.draws_low
# print(f"Mean known to within {chance:.1f} firms by chance; with assumptions it lies anywhere in {both:.1f}.")
# assert both > chance
# ```
#
# </details>

# %% [markdown]
# **Talk about it.**
#
# - Smilowo (Poland) is reported to turn 300,000 tonnes of meat waste a year into 110,000 tonnes of fuel. No
#   interval is given. Is there one?
# - "Up to 90 % less CO2" (nylon from old nets), "up to 40 % lower cost" (zirconia in glaze): what does "up to" hide?
# - When is an effect that keeps its sign in nine of ten draws good enough to act on? Who should decide that?

# %%
assert rows[-1].high - rows[-1].low < rows[0].high - rows[0].low
assert len(influence) > 100
