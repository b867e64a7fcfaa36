# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # 5. A lever and its limits
#
# **Question.** Firms say that they lack knowledge. So a ministry pays for training. What does it get?
#
# About 10 minutes. **One idea:** a lever moves the step it pushes on; the chain holds where it is weakest.

# %%
from issim import teach

# %% [markdown]
# Twenty regions of 150 firms over ten years, each of them twice: without training, and with it.

# %%
trained = teach.Arm("training")
history = teach.runs({"none": teach.Arm(), "training": trained}, n_months=120)
print("Training, as packaged: ten firms a month, for as long as there are any to train.")

# %% [markdown]
# **Write down what you expect.** In ten years, of 150 firms: how many will have heard of symbiosis, without
# training and with it? And how many will exchange?

# %%
teach.lines(history, "unaware", "firms that have never heard of symbiosis")

# %%
teach.lines(history, "adopters", "firms that exchange")

# %% [markdown]
# Nearly everybody knows, and hardly anybody exchanges. Where do they all wait? Above, where firms stand; below, what
# slows each step - in grey without the training, in green with it.

# %%
teach.brakes_picture(history, trained)

# %% [markdown]
# Training lowers the bars it was made for. Those of the later steps stand as they were, or higher: more firms now
# come far enough to run into them.
#
# **Write down what you expect.** Twice as many courses, four times as many: how many more firms exchange?

# %%
doses = {
    f"{capacity} firms a month": teach.Arm(teach.policy("courses", training={"capacity": capacity}))
    for capacity in (1, 2, 5, 10, 20, 40)
}
dosed = teach.runs({"none": teach.Arm()} | doses, n_months=120)
teach.rows(
    teach.differences(dosed, "adopters"),
    title="After the first courses, more courses bring no more exchanges",
    reading="Extra firms that exchange after ten years, mean and 90 % interval; grey: not told from none",
    foot="20 regions of 150 firms, the same for all",
)

# %% [markdown]
# **Move it.** Another lever pushes on another step: a facilitation team introduces promising pairs to each other in
# person. How many introductions a month does it take to beat all the courses?


# %%
def team(introductions):
    small_team = teach.policy("team", facilitator={"effects": {"introductions": introductions}})
    arms = {"none": teach.Arm(), "training": trained, "team": teach.Arm(small_team)}
    return teach.lines(teach.runs(arms, n_months=120), "adopters", "firms that exchange")


teach.play(team, introductions=teach.Slider(0, 8, 0.5, 1))

# %% [markdown]
# **Exercise.** Is the team worth more, or less, in a region that has been trained before? Compare training, team, and
# both together.
#
# <details>
# <summary>Answer</summary>
#
# Both together bring a little more than the team alone, and about as much as the two effects added up: the team also
# reaches firms that nobody has trained. Levers help each other most where one opens the step before which the other
# lets firms wait; here most of what holds firms back stands in neither's way.
#
# ```python
# arms = {
#     "none": teach.Arm(),
#     "training": trained,
#     "team": teach.Arm("facilitator"),
#     "both": teach.Arm(teach.policy("both", training={}, facilitator={})),
# }
# four = teach.differences(teach.runs(arms, n_months=120), "adopters")
# courses, team_alone, both = (row.mid for row in four)
# print(f"Training {courses:+.1f}, team {team_alone:+.1f}, both {both:+.1f} firms that exchange.")
# assert both > team_alone > 3 * courses
# ```
#
# </details>

# %% [markdown]
# **A real one.** A tannery district in Tuscany, opened by name: over 250 firms, of which the documented exchanges are
# possible and none is given. **Write down what you expect:** does a facilitation team bring more of them about?

# %%
district = teach.documented("case_tuscan_tanneries", {"none": teach.Arm(), "team": teach.Arm("facilitator")})
print("Published of", *teach.case("case_tuscan_tanneries").published, sep="\n  ")
teach.rows(
    teach.link_rows(district),
    title="In how many of 8 worlds each documented exchange operates after five years",
    reading="Per cent of worlds, with a 90 % interval; grey: in none",
    foot="The Tuscan tannery district, all that is not published drawn anew in each world",
)

# %% [markdown]
# **Talk about it.**
#
# - The tanneries of Tuscany share one treatment of their water. A team introduces pairs; who founds a consortium? Which
#   mechanism is missing here?
# - NISP, the British network of facilitators, reports 42 million tonnes of CO2 saved; FISS in Finland over 700
#   companies and 2,500 synergies from workshops. Which step do both push on?
# - Agrofirma Tervete (Latvia) makes biogas, heat and power from manure and crop residues. Which of the 24 barriers in
#   `issim evidence barriers` would it have met first, and which lever would have helped?
# - A lever with a beautiful effect on what it aims at may do nothing for the goal. Who reports the first number, and
#   who asks for the second?

# %%
assert district["exchange"].nunique() == 3
effect = {row.words: row for row in teach.differences(dosed, "adopters")}
assert effect["40 firms a month"].mid < 3 * max(effect["5 firms a month"].mid, 0.3)
