"""The REST API: one module for each resource, with its view, serializer and filters together."""
