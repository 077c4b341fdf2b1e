"""The picture of a model, and the panels that it is made of."""
