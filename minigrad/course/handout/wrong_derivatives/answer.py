"""Your answer: the functions of functions.py whose derivatives are wrong."""

wrong = {
    # "tanh",
}
