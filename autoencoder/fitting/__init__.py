"""What `AutoEncoder.fit` is made of: what it is told, one training, and what to say of it."""
