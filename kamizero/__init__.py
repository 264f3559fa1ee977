"""What every room shares: values, errors, settings, logs and the command line."""
