"""Reads that answer a question of elder care. Each says how many queries it takes."""
