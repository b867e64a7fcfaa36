"""The model from other tools: one example each."""
