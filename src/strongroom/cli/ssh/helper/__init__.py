"""The part of one-time passwords for SSH that runs on hosts: `ssh-helper`, for PAM."""
