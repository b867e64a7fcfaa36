"""The studies that ship as `issim.experiments`: one YAML each, opened by name as in `experiment=policy_by_country`."""
