"""What is kept: originals, the database, work, the audit chain and their proofs."""
