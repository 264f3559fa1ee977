"""Telling receivers what happened: signed, in order, again until it is acknowledged."""
