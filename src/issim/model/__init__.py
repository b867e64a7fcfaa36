"""Running a world: without agents, as a Mesa model, or recorded firm by firm."""
