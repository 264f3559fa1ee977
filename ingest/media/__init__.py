"""Discs and e-filing (電子媒体・電子申請): a table of records with its papers."""
