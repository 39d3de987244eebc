"""Whether text that a model reads can widen what is done: an obedient model, every way in, every effect counted."""
