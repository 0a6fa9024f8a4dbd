"""What is claimed about speed, as ratios of one run on one machine; never a timed test."""
