"""Fits what the reader believes of itself to what it reads rightly."""
