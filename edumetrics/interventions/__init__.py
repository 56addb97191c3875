"""What advisors did, and whether it helped."""
