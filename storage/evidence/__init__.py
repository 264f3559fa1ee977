"""Evidence of one filing in a folder of its own, to be checked without kamizero."""
