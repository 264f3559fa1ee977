"""Kills, stops and freezes what runs, and balances the ledger at the end."""
