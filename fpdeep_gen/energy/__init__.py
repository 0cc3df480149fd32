"""What training takes in energy: an estimate from a few figures that anyone can change."""
