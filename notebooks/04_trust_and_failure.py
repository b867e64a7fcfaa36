# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # 4. Trust and failure
#
# **Question.** An exchange runs, and one month the lorry does not come. What does that cost - this month, and later?
#
# About 10 minutes. **One idea:** trust is learnt slowly from every month, lost quickly, and travels as news.

# %%
from issim import teach

# %% [markdown]
# Partners who trust each other half, and a delivery that fails in the third year:

# %%
before, learning = 0.5, 0.05
failures = [24]
teach.memory_picture(teach.remembered(before, failures, n_months=60, learning=learning), failures)

# %% [markdown]
# The rule is one line: each month trust moves by a small share of its distance to what has just happened, 1 for a
# delivery and 0 for none.
#
# **Write down what you expect.** Partners who trust each other fully: does one failure hurt them more, or less, than
# partners who trust each other half? Move the sliders.


# %%
def memory(trust, learning, months_without):
    missed = list(range(13, 13 + months_without))
    table = teach.remembered(trust, missed, n_months=60, learning=learning)
    return teach.memory_picture(table, missed)


teach.play(
    memory,
    trust=teach.Slider(0, 1, 0.05, 0.9),
    learning=teach.Slider(0.01, 0.15, 0.01, 0.05),
    months_without=teach.Slider(1, 12, 1, 1),
)

# %% [markdown]
# Now a real pair of a region in which three deliveries in ten fail - far more than the model assumes otherwise.
# We live on for five years and keep a diary of their trust.

# %%
rough = teach.village(n_firms=100, n_months=60, seed=3, behaviour={"interruption": 0.3, "start_share": 0.1})
pair = teach.operating(rough)[1]
print(pair)
diary = teach.follow(pair, n_months=60)
teach.diary_picture(diary)

# %% [markdown]
# **Write down what you expect.** Twenty regions, one in ten firms exchanging at the start. If 30 % of deliveries fail
# instead of 2 %, how many of the exchanges are gone after five years?

# %%
arms = {
    f"{rate:.0%} of deliveries fail": teach.Arm(behaviour={"interruption": rate, "start_share": 0.1})
    for rate in (0.02, 0.1, 0.3)
}
history = teach.runs(arms)
teach.lines(history, "operating", "exchanges in operation")

# %% [markdown]
# Why do exchanges end? A few reasons are told apart, and only one of them is trust:

# %%
reasons = ["ended_trust_failed", "ended_unprofitable", "ended_firm_left"]
ends = history.groupby("policy", sort=False)[reasons].sum() / history["seed"].nunique()
ends.round(1)

# %% [markdown]
# **Exercise.** Bad news travels: peers of a firm whose exchange failed trust everybody a little less (`news`). Switch
# the news off in the rough regions. Does the general trust of the region change much? Why (not)?
#
# <details>
# <summary>Answer</summary>
#
# Hardly. News is told when an exchange starts or fails for good, not when a lorry is late; only few exchanges fail,
# and each reaches only the peers of two firms.
#
# ```python
# usual = {"interruption": 0.3, "start_share": 0.1}
# two = teach.runs({"news": teach.Arm(behaviour=usual), "no news": teach.Arm(behaviour=usual | {"news": 0.0})})
# change = teach.differences(two, "trust")[0]
# print(f"General trust differs by {change.mid:+.3f} on a scale from 0 to 1.")
# assert abs(change.mid) < 0.05
# ```
#
# </details>

# %% [markdown]
# **A real one.** Getlini near Riga is a chain: gas of a landfill drives engines, whose heat warms greenhouses.

# %%
getlini = teach.case("case_getlini")
print("Published of", *getlini.published, sep="\n  ")
for words, link in getlini.links.items():
    print(
        f"{words}: {link.donor.name} trusts {link.trust[0]:.2f}, {link.receiver.name} trusts {link.trust[1]:.2f}"
    )

# %% [markdown]
# **Talk about it.**
#
# - If the engines of Getlini stand still for a month, who loses trust in whom? Does the landfill notice the
#   greenhouses?
# - Balticovo (Latvia) turns manure of about three million hens, over 70,000 tonnes a year, into biogas. What happens
#   in the months in which the digester stands still, and who must be told?
# - Over 250 tanneries of a Tuscan district share the treatment of their water, and 95 % of it is used again. What
#   does sharing one plant do to trust between competitors - and to the damage if it fails?
# - Interviewed firms asked for platforms that are public and whose data can be trusted. Is trust in a platform the
#   same as trust in a partner?

# %%
means = history[history["month"] == 60].groupby("policy", sort=False)["operating"].mean()
assert means.is_monotonic_decreasing
assert len(getlini.links) == 2
assert (~diary["delivered"]).sum() > 5
