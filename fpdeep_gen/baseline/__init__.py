"""Other ways to train the same network on the same boards, to compare plans with."""
