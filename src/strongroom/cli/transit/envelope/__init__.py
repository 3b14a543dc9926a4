"""The commands `transit envelope …`: files of any size, encrypted here by data keys of the server."""
