"""What a value says: an age, a date, a postcode, an amount, the network of a card. Pure functions, one module a kind.

What cannot be read is None: whoever asks then takes the stricter side.
"""
