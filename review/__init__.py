"""What people do with a filing: sorting, queue, settling, approval, return. No HTTP."""
