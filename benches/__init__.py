"""Measurements behind every claim of speed. A number comes with its machine and command."""
