"""The messages and stubs that protoc makes."""
