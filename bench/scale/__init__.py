"""Whether people wait as long with a million filings as with a thousand."""
