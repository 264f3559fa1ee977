"""Keying modes, group verification, and what they prove about the reading."""
