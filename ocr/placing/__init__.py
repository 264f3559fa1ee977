"""How a form lies on a page: found by code or layout, laid on its print."""
