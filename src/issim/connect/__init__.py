"""The model as other tools want it: SALib's problems and samples, the EMA Workbench's models and experiments."""
