"""The lessons, as they travel with the installed package; `issim lessons DIR` copies them out as notebooks."""
