"""Export trained weights, from here or elsewhere, to the TFLite file and the model card that are served."""
