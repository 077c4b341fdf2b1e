"""Operations that draw random numbers: from a state they make numbers, and the state after them."""
