"""A crowd of robots at one queue, killed at every moment."""
