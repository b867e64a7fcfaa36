"""Calibration checked in other ways than `issim calibrate` itself does."""
