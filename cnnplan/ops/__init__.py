"""The operators, by the verb that calls them in a spec."""
