"""Measurements: JSON lines with medians, and ratios taken in one run. `make bench`."""
