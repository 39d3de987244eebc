"""Teams: customers write to the assistant there. Every import of the SDK is in `sdk`."""
