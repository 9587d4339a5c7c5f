"""The training steps of a Causeway model: collect, validate, prepare, train, evaluate, audit,
explain, compress, package, release."""
