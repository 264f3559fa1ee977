"""Free writing, read as words: alphabets, names, places, and how they rank."""
