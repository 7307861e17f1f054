"""Where logins lie: the keyring, systemd credentials, or a 0600 file."""
