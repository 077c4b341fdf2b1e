"""The picture of a model, and its panels."""
