"""From a plan to files: the process network of each board (`lower`), then the text of every file (`generate`)."""
