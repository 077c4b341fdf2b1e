"""Operations: each is told by its meaning in NumPy, and beside it by its derivative."""
