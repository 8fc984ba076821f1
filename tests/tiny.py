"""A spec that trains in a blink."""

TINY = """\
hspec 1

hyper decay : log(1e-8, 1) = 1e-2 per batch

data {
  source = digits
  split  = (train = 10%, valid = 10%, test = 10%)
  batch  = 64
}

model (1, 8, 8) given * {
  flatten
  linear(10)
}

objective {
  train  = cross_entropy + l2(decay)
  valid  = cross_entropy
  report = accuracy
}

tune tuned {
  method  = delta_stn(warmup = 1 epochs, train_steps = 2, valid_steps = 1)
  weights = sgd(lr = 0.05, momentum = 0.9)
  hypers  = adam(lr = 0.05)
  epochs  = 4
}

tune plain {
  method  = fixed
  weights = sgd(lr = 0.05)
  epochs  = 2
}
"""

STUDY = f"""{TINY}
tune s {{
  method  = random_search(trials = 2)
  weights = sgd(lr = 0.05)
  epochs  = 1
}}
"""
