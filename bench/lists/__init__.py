"""Builds the lists of names and places that rank what free writing may say."""
