"""Tools for assistants: the Model Context Protocol."""
