"""The worker: its own process, which turns token ids into more token ids."""
