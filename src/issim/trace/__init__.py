"""From an output back to what it rests on: command, settings, rules, parameters, sources; and the same again."""
