"""Opens files of tables, knowing nothing of the portal: it runs in a process with limits."""
