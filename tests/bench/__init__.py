"""Figures, never tests: ``make bench`` prints one JSON line for each. Method and latest results: README.md here."""
