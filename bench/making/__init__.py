"""How the scans of the benchmark come to be: people, filings, hands and damage."""
