"""The single proofs that `storage.verification` runs, one kind of evidence a file."""
