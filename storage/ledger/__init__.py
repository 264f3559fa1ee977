"""The ledger: every sheet that came in is somewhere, and what was approved leaves."""
