"""The ink of a page, print taken off: what of it is writing, what is a mark."""
