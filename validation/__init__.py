"""Are the values right: rules on one filing, and checks against the register."""
