"""What was said: actors, claimants, stances and their evidence. Knows no graph."""
