"""The parts of `AutoEncoder.fit`: its options, one training, and advice about it."""
