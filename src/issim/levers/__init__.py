"""Policy: one file per mechanism, one YAML per lever; levers move conditions and know nothing of rules."""
