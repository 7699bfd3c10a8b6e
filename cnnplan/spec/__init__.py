"""A spec: YAML text in, a validated document out."""
