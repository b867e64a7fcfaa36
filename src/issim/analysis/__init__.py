"""What trajectories and answers say: surveys asked again, effects, sensitivity."""
