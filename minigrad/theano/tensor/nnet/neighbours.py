"""``theano.tensor.nnet.neighbours``: rectangles of images as rows of a matrix, and back."""

from ....tensor.nnet.neighbours import Images2Neibs, images2neibs, neibs2images

__all__ = ["Images2Neibs", "images2neibs", "neibs2images"]
