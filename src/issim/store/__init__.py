"""Result folders: Parquet tables, the composed configuration and a manifest, written whole or not at all."""
