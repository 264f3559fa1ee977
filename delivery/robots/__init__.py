"""Approved entries as work that robots lease, register in a host, and answer for."""
