"""``python -m autoencoder``: its options and its commands."""
