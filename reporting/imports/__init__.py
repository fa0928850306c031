"""Imports through the screen: uploaded, checked, shown, saved whole or not at all, and undone."""
