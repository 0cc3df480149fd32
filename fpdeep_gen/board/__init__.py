"""Board and cluster YAML to typed resources, links and clocks."""
