"""Network YAML to the typed layer graph, with shapes and number formats."""
