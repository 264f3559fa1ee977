"""Files for receivers that fetch files: what goes into each, and into which folder."""
