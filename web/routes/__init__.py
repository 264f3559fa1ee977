"""The pages people see; each module is one page or the acts of one page."""
