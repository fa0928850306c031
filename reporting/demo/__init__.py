"""Invented people on believable ways through the real project, for the demo. None of them exists."""
