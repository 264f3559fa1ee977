"""Trains the recogniser of comb cells on made-up digits; no part of the product."""
