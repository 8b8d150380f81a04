"""One module for each golden file; generator, names and writer are shared."""
