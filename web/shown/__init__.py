"""What pages show, prepared so that templates need no thought."""
