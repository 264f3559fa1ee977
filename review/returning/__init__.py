"""Sending a filing back to whom it came from (返戻), letter and all."""
