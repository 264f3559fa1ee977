"""How long originals stay, what holds them, and how they go."""
