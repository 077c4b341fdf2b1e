"""``theano.sandbox.multinomial``: draws from few outcomes, made of uniform numbers."""

from ...ops.random.multinomial import ChoiceFromUniform, MultinomialFromUniform

MultinomialWOReplacementFromUniform = ChoiceFromUniform

__all__ = ["ChoiceFromUniform", "MultinomialFromUniform", "MultinomialWOReplacementFromUniform"]
