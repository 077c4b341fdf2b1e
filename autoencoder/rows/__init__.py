"""Matrices whose rows are anywhere: in a file larger than memory, or on the workers of a cluster."""
