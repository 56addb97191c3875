"""What is kept, and for how long: purge of past years, erasure of a student, backup."""
