"""Reporters turn what was found into text: pure functions, one module a format."""
