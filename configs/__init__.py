"""The configuration tree: run.yaml and its groups; travels with the package as `issim.configs`."""
