"""The machine's part of the way: thin tasks over the steps, and the sweep."""
