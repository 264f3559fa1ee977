"""Backup and restore: database and originals in one folder, keys in another."""
