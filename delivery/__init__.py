"""What leaves the house: records, and the state of each on its way out."""
