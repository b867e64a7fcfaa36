"""Figures: drawn from the tables of a run folder or of a re-run survey, never from the model itself."""
