"""``python -m autoencoder``: its options, and what it does."""
