# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # 6. Comparing policies fairly
#
# **Question.** Ten students try a landfill tax, ten others do not. The ten without it find more exchanges. Does the
# tax do harm?
#
# About 10 minutes. **One idea:** compare in the same regions with the same luck, or chance will answer for the
# policy.

# %%
from issim import teach

# %% [markdown]
# Forty regions, each of them without the tax and with it; of these, two classes of ten students get one each.

# %%
LIVELY = {"start_share": 0.05}
arms = {
    "none": teach.Arm(behaviour=LIVELY),
    "latvian_landfill_tax": teach.Arm("latvian_landfill_tax", LIVELY),
}
history = teach.runs(arms, n_seeds=40, n_months=120)
ends = {name: teach.at_end(history, name, "adopters") for name in arms}
without, taxed = ends["none"][10:20].astype(int), ends["latvian_landfill_tax"][:10].astype(int)
print(f"Ten students without the tax: {without}, {without.mean():.1f} on average")
print(f"Ten others with the tax:      {taxed}, {taxed.mean():.1f} on average")

# %% [markdown]
# Each number is a region of 150 firms after ten years: how many of its firms exchange. Regions differ by which firms
# they have, where these stand and whom they meet.
#
# **Write down what you expect.** From these twenty numbers: does the tax help? How sure are you?
#
# Now the other way: the *same* regions twice, with the same luck - the same lorries late, the same chance meetings -
# once without the tax and once with it.

# %%
teach.pairs_picture(history, "adopters", "firms that exchange", n=20)

# %% [markdown]
# The same policy, judged twice from twenty runs each:

# %%
fair, unfair = teach.fair_and_unfair(history, "adopters", n=20)
wider = (unfair.high - unfair.low) / (fair.high - fair.low)
teach.rows(
    [fair, unfair],
    title=f"The unfair interval is {wider:.1f} times as wide as the fair one",
    reading="Extra firms that exchange with the tax: mean difference and its 90 % interval; grey: not told from none",
    foot="Regions of 150 firms after ten years",
)

# %% [markdown]
# **Write down what you expect.** If many classes did this, each with ten regions for each side: in how many of them
# would the tax seem to do nothing, or harm? And in classes that compare fairly?


# %%
def classes(n):
    wrong = teach.wrong_way(history, "adopters", n)
    print(f"With {n} regions each, {wrong.unpaired:.0%} of unfair classes find no effect or the wrong sign;")
    print(f"of fair classes it is {wrong.paired:.0%}.")


teach.play(classes, n=teach.Slider(3, 40, 1, 10))

# %% [markdown]
# **Exercise.** The reuse mandate does much more than the tax. Does a fair comparison matter as much for it? Try
# `"mandate"` in place of the tax.
#
# <details>
# <summary>Answer</summary>
#
# Less. The larger the effect, the fewer classes are fooled; and a policy that changes much also changes who meets
# whom, so that less of the luck stays the same. Fairness pays most where effects are small - which is where
# policies are usually argued about.
#
# ```python
# both = {"none": arms["none"], "mandate": teach.Arm("mandate", LIVELY)}
# mandate = teach.runs(both, n_seeds=40, n_months=120)
# tax_wrong, mandate_wrong = teach.wrong_way(history, "adopters", 10), teach.wrong_way(mandate, "adopters", 10)
# print(f"Unfair and wrong: {tax_wrong.unpaired:.0%} for the tax, {mandate_wrong.unpaired:.0%} for the mandate.")
# assert mandate_wrong.unpaired < tax_wrong.unpaired
# ```
#
# </details>

# %% [markdown]
# **Talk about it.**
#
# - The British programme NISP reports 42 million tonnes of CO2 saved. What would one have to know about firms that
#   did *not* take part to say how much of it is the programme's?
# - No minister can run the same region twice. What do real evaluations do instead, and which of it is paired?
# - `issim compare policy=none,mandate,training` always compares fairly, and says how many seeds it would take to
#   tell. When would you still not believe it?

# %%
wrong = teach.wrong_way(history, "adopters", 10)
assert taxed.mean() < without.mean(), "the story at the beginning"
assert fair.is_told
assert fair.high - fair.low < unfair.high - unfair.low
assert wrong.paired < wrong.unpaired
