"""Tags of complaint pages."""
