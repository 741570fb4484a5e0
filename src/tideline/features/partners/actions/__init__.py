"""What operators do with partners, and partners with their workspaces. One transaction each."""
