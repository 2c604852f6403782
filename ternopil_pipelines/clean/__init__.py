"""Text becomes the declared table: header resolved, values normalised, the structure's rules checked by pandera.

All findings come at once, each with its row and column. Nothing here reads a file or decides about publishing.
"""
