"""Entities of interfaces on our tables: queries compiled to SQL, changes carried out."""
