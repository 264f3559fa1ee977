"""The register that filings are checked against: loaded here, or asked elsewhere."""
