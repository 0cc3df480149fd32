"""The command line: thin click commands over the packages to the left."""
