"""The rows of partners, which of the workspaces are theirs, and for how long their numbers were linked."""
