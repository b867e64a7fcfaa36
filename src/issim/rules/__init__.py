"""The science: one file per process of the month, compiled and pure."""
