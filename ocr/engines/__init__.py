"""Engines that read lines of writing, behind one protocol; readers of pages."""
