"""Policy: one file per mechanism, one YAML per lever. Levers move conditions and know nothing of the rules."""
