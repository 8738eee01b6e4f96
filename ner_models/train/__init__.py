"""The recipe of the NER models: data, generator, training, calibration, export, gate and card. Never needed to run."""
