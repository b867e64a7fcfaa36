"""The studies that ship: one YAML each, opened by name, as in `experiment=policy_by_country`."""
