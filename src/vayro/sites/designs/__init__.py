"""The designs: each one file beside this, on the frame that all share."""
