"""What a graph can compute: one module a family, an op's NumPy meaning beside its derivative."""
