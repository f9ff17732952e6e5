"""An engine without torch: says what a script tells it, at its pace, and dies at a given frame."""
