"""Form definitions: one YAML a form revision, their schema, and printing."""
