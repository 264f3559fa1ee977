"""From page to fields: arrays and form definitions in, readings out."""
