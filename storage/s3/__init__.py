"""The object store over S3, and the proof that its server really locks."""
