"""What hosts answer to the files they were given: read back, line by line."""
