"""What people may demand by law: everything that is kept about them, its erasure, and an end to what is kept."""
