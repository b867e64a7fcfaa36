"""From a configuration to runs, and from runs to a result folder."""
