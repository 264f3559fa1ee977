"""Time stamps (RFC 3161): an outside authority says what was there, and when."""
