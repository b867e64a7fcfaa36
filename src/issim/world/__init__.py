"""From synthetic firms to space, networks and candidate exchanges, as arrays."""
