"""From trained weights, ours or other people's, to the file and the card that are served."""
