"""The table of an e-filing (SHFD0006.CSV): its layouts, reading it and writing it."""
