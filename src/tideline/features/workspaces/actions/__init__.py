"""What people do with workspaces, by verb. One transaction each."""
