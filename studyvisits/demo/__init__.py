"""What `make demo` puts around the loaded cases: accounts, a key, processes, the check of its PDF."""
