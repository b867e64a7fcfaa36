"""What moves the results: the page of a finished sensitivity analysis."""
