"""Where logins lie: the desktop's keyring, systemd's credentials, or a file of mode 0600.

Nothing here logs, prints or raises the text of a secret. Which place is asked first is told in
photofs.credentials.secrets.
"""

from photofs.credentials.secrets import open_secrets

__all__ = ["open_secrets"]
