"""The methods paper, docs/methods.md: its text, the numbers in it, and the figures, made by one command."""
