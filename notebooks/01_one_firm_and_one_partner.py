# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # 1. One firm and one partner
#
# **Question.** A firm pays to have its residues taken away. Thirty kilometres further on another firm buys something
# that these residues could replace. Why do the two not simply deal?
#
# **You need** about 10 minutes and no programming: run the cells one after the other (Shift+Enter), and answer
# before you run. The first cell of every lesson brings the model.

# %%
from issim import teach

# %% [markdown]
# The next one builds a small region and takes two of its firms aside.

# %%
region = teach.village(n_firms=100, seed=3)
exchange = teach.undecided(region)
donor, receiver = exchange.donor, exchange.receiver
print(f"The donor:    {donor}")
print(f"The receiver: {receiver}")
print(f"What could pass: {exchange.good}, over {exchange.distance:.0f} km. They have not met yet.")

# %% [markdown]
# These two are firms of a *synthetic* region: they answer a European survey the way real firms answered it, and their
# residues follow published statistics. Of all pairs in the region we took the one in greatest doubt.
#
# **Write down what you expect.** Which items make the exchange worth something, and which take something away?
# Which is the largest?

# %%
teach.account_picture(teach.account(exchange))

# %% [markdown]
# The gain is shared. The model gives each side a share (`behaviour.bargaining`, an assumption) - and then each
# decides alone, in view of its size, its barriers, its readiness, how many of its peers exchange, and its
# **trust**.
#
# **Write down what you expect.** The joint gain is large. With which probability does the donor say yes?
# And the receiver? With which probability both?

# %%
now = teach.asked(exchange)
teach.chances_picture(teach.chances(exchange), exchange, now)

# %% [markdown]
# Two things stand out. Both must say yes, so the chance of a deal is lower than that of the more hesitant side.
# And trust works like money: who trusts little sees little of the gain.
#
# The numbers come from the model's own rule, which anybody may ask:

# %%
print(f"donor.would_accept(exchange)    -> {donor.would_accept(exchange):.2f}")
print(f"receiver.would_accept(exchange) -> {receiver.would_accept(exchange):.2f}")


# %% [markdown]
# **Move it.** What would a higher gate fee do (what the donor pays to get rid of a tonne), and what more trust? In a
# notebook two sliders appear; elsewhere change the numbers in the last line.


# %%
def negotiation(gate_fee, trust):
    said = teach.asked(exchange, gate_fee=gate_fee, trust=trust)
    print(f"Joint gain {said.gain:,.0f} EUR a year. The donor says yes with {said.donor:.0%},")
    print(f"the receiver with {said.receiver:.0%}, both with {said.both:.0%}.")


teach.play(negotiation, gate_fee=teach.Slider(0, 200, 5, 75), trust=teach.Slider(0, 1, 0.05, 0.5))

# %% [markdown]
# **Exercise.** At full trust, is there a gate fee so low that the donor refuses for certain? Find it with the
# sliders, then say in one sentence why there is one.
#
# <details>
# <summary>Answer</summary>
#
# Yes. Below some fee the joint gain is negative, and nobody accepts a loss, however much they trust: trust is a
# discount on a gain, not a gain. The program finds the fee faster than a slider does:
#
# ```python
# losing = [fee for fee in range(0, 200) if teach.asked(exchange, gate_fee=fee, trust=1.0).gain <= 0]
# print(f"Up to {max(losing)} EUR a tonne the exchange loses money.")
# assert teach.asked(exchange, gate_fee=max(losing), trust=1.0).both == 0.0
# assert teach.asked(exchange, gate_fee=max(losing) + 5, trust=1.0).both > 0.0
# ```
#
# </details>

# %% [markdown]
# **A real one.** Kalundborg in Denmark: its firms and what they could pass on are as documented, everything else
# is drawn. What the model says of each documented exchange, beside what is published:

# %%
kalundborg = teach.case("case_kalundborg")
print("Published of", *kalundborg.published, sep="\n  ")
for words, link in kalundborg.links.items():
    print(f"{words}: joint gain {link.gain:,.0f} EUR a year, both agree with {teach.asked(link).both:.0%}")

# %%
heat = kalundborg.links["Power plant to Fish farm, heat"]
teach.account_picture(teach.account(heat))

# %% [markdown]
# **Talk about it.**
#
# - A power plant that gives heat to a fish farm: the model would not start it, and Kalundborg did. Which of the items
#   would have to be different, and who could have borne what the two firms could not?
# - In Emilia-Romagna overspray from zirconia coating goes into ceramic glaze, which is reported to lower cost by up
#   to 40 %. Who would have to know whom for that to begin?
# - The account says nothing of reputation or of the law. Where would they enter: as money, as trust, or as barriers?

# %%
assert abs(sum(item.euros for item in teach.account(exchange)) - exchange.gain) < 1e-6
assert now.both <= min(now.donor, now.receiver)
assert heat.gain < 0, "the story told of Kalundborg"
