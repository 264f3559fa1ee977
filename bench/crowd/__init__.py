"""A PostgreSQL database with as many filings as a house has after a day, or years."""
