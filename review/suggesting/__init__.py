"""What robots find out elsewhere about entries in review: suggestions, no more."""
