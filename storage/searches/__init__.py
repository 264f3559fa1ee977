"""Looking filings up by what stands on them."""
