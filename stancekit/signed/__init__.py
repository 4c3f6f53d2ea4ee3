"""The mathematics of signed graphs. Knows no states; useful alone."""
