"""What runs when: reads the college, calls the engine, publishes the results."""
