"""Pages of segments, processes, triggers and pins."""
