# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # 3. Why the survey matters
#
# **Question.** The firms of these lessons are invented. Why should anybody believe what they do?
#
# About 10 minutes. **One idea:** invented firms are of use only if they answer as real ones did - and it is not their
# averages that are hard to get right.
#
# In 2025 a European survey asked 78 organisations in Italy, Latvia, Norway, Poland and Slovenia. Among much else they
# said how aware they are of symbiosis, from 1 (never heard of it) to 3 (very).

# %%
from issim import teach

# %% [markdown]
# As many invented firms as real ones answered are asked the same. Their mean:

# %%
teach.asked_once(n=78, seed=0, item="awareness")

# %% [markdown]
# That was the mean answer of 78 *synthetic* firms, taken at random. The survey published 1.8.
#
# **Write down what you expect.** If you ask another 78, and another: within which bounds will the means lie?

# %%
my_lowest, my_highest = 1.7, 1.9

means = [teach.asked_once(n=78, seed=k) for k in range(200)]
within = sum(my_lowest <= mean <= my_highest for mean in means)
print(f"From {min(means):.2f} to {max(means):.2f}; {within} of 200 surveys lie within your bounds.")

# %% [markdown]
# So a published figure is one draw of many. The fair question is not "is our mean 1.8?" but "would 1.8 surprise us?"
# Here is that question for a few figures at once - shares, and how strongly answers go along with each other.

# %%
found = teach.asked_often()
teach.survey_picture(found)

# %% [markdown]
# Now we spoil the firms in a way that no average shows: every question keeps its answers, but they are dealt out
# anew, question by question, like cards. Who is aware no longer needs to be the one who is ready.
#
# **Write down what you expect.** Which diamonds leave their lines?

# %%
spoilt = teach.asked_often(teach.shuffled())
teach.survey_picture(spoilt)

# %% [markdown]
# The shares stay; what goes along with what is lost. A model of spoilt firms would train the wrong ones, search
# with the wrong ones, and still have all averages right.
#
# **Move it.** With how many answers would the survey have told spoilt firms from sound ones?


# %%
def survey_of(n):
    return teach.survey_picture(teach.asked_often(teach.shuffled(), n=n))


teach.play(survey_of, n=teach.Slider(20, 400, 20, 40))

# %% [markdown]
# **Exercise.** Nearly every figure lies inside. Does that prove that the model is right about policies? Say why
# (not), then ask the program for its own opinion.
#
# <details>
# <summary>Answer</summary>
#
# No. Nearly all of these figures went into building the firms, so that they fit shows that the figures hold
# together in one population. What firms *do* next - search, trust, agree - was not asked, and how fast they do it
# is assumed.
#
# ```python
# from issim.analysis.survey import CAUTION
#
# (n, of), (left, _) = teach.inside(found), teach.inside(spoilt)
# print(f"Sound firms: {n} of {of} inside. Spoilt firms: {left}.")
# print(CAUTION)
# assert left < n <= of
# ```
#
# </details>

# %% [markdown]
# **Talk about it.**
#
# - More large firms answered than there are, and probably more curious ones. Which figures would that bend, and which
#   way? (`population=business` on the command line has the size classes of business statistics instead.)
# - Norway and Latvia answered differently. Would you trust a difference between countries that rests on a handful of
#   answers each?
# - Sylveco (Poland) relies on local ingredients and little packaging, Derewenda recovers electronic waste. Would
#   both have ticked the same obstacles?

# %%
assert teach.inside(spoilt)[0] < teach.inside(found)[0]
assert max(means) > min(means)
