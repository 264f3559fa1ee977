"""Is a table of an e-filing right: its text, its order, its items, its values."""
