"""Result folders of runs and of sweeps: Parquet tables and a manifest, written whole or not at all."""
