"""A company to look around in: Halden Industrial Supplies, made up, deterministic, dated relative to today."""
